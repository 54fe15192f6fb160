// SPDX-License-Identifier: Apache-2.0
package io.rktj.linux;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;

/**
 * System calls through jnr-ffi's own engine and the C library's {@code syscall(2)}: works wherever
 * jnr-ffi does, without our library. jnr-ffi's interface proxies are left out because they cost
 * three times as much at start.
 */
final class JffiSystemCalls implements SystemCalls {
  private final Invoker invoker = Invoker.getInstance();
  private final MemoryIO memory = MemoryIO.getInstance();
  private final LastError lastError = LastError.getInstance();
  private final CallContext context;
  private final long function;

  JffiSystemCalls() {
    Type[] parameters = {Type.SLONG, Type.SLONG, Type.SLONG, Type.SLONG, Type.SLONG, Type.SLONG};
    boolean saveErrno = true;
    context =
        CallContext.getCallContext(Type.SLONG, parameters, CallingConvention.DEFAULT, saveErrno);
    function = Library.getDefault().getSymbolAddress("syscall");
    if (function == 0) {
      throw new UnsatisfiedLinkError("syscall: no such function in the C library");
    }
  }

  @Override
  public long call(int number, long a, long b, long c, long d, long e) {
    long result = invoker.invokeN6(context, function, number, a, b, c, d, e);
    return result == -1 ? -lastError.get() : result;
  }

  @Override
  public long addressOf(ByteBuffer direct) {
    return memory.getDirectBufferAddress(direct);
  }
}
