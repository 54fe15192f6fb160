// SPDX-License-Identifier: Apache-2.0
package io.rktj.stage2;

import io.rktj.stage1.plan.Bytes;
import io.rktj.stage1.plan.MountOp;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What {@code pod-init app} carries out on the host for an app that comes to a pod in a virtual
 * machine. Encoded as {@link MachinePlan}:
 *
 * <pre>{@code
 * magic "rktjvma1" | size of the whole | blob plan of the app | blob set-up of the guest
 * list of operations shares
 * }</pre>
 *
 * @param app the app's plan as {@link PodInitPlan} writes it
 * @param setup what the guest must have before
 * @param shares binds in the tree that the server of shares serves
 */
public record MachineAppPlan(Bytes app, MachinePlan.GuestSetup setup, List<MountOp> shares) {
  private static final byte[] MAGIC = "rktjvma1".getBytes(StandardCharsets.US_ASCII);

  /** Copies its list. */
  public MachineAppPlan {
    shares = List.copyOf(shares);
  }

  /** The bytes that pod-init reads. */
  public byte[] write() {
    PlanBuffer out = new PlanBuffer();
    out.raw(MAGIC, 0);
    out.number(0);
    out.blob(app.toArray());
    out.blob(setup.write());
    PodInitPlan.operations(out, shares);
    out.put(MAGIC.length, out.length());
    return out.toArray();
  }
}
