// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.functional;

import io.rktj.tests.kit.Requirement;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What the tests of a class need of the host; skipped with a printed reason, or failed in CI. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Condition.class)
@interface Needs {
  Requirement[] value();

  /** Looks at the host. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
          .map(Condition::evaluate)
          .orElse(ConditionEvaluationResult.enabled("needs nothing"));
    }

    private static ConditionEvaluationResult evaluate(Needs needs) {
      for (Requirement requirement : needs.value()) {
        var reason = requirement.reasonToSkip();
        if (reason.isPresent()) {
          System.out.println("skipped: " + reason.get());
          return ConditionEvaluationResult.disabled(reason.get());
        }
      }
      return ConditionEvaluationResult.enabled("all there");
    }
  }
}
