// SPDX-License-Identifier: Apache-2.0
package io.rktj.tests.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.rktj.PodException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The walls of the house: the table of packages in {@code docs/architecture.md}, executable. A
 * package may use itself, the JDK, JSpecify, {@code io.rktj} (but for {@code linux}) and what its
 * row names.
 */
class ArchitectureTest {
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.rktj");

  private static final List<String> SPEC =
      List.of(
          "io.rktj.spec",
          "io.rktj.spec.manifest",
          "io.rktj.spec.json",
          "io.rktj.spec.archive",
          "io.rktj.spec.discovery",
          "io.rktj.spec.docker",
          "io.rktj.spec.render");

  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("io.rktj.spec", List.of()),
          Map.entry("io.rktj.spec.manifest", List.of("io.rktj.spec")),
          Map.entry("io.rktj.spec.json", List.of("io.rktj.spec", "io.rktj.spec.manifest")),
          Map.entry(
              "io.rktj.spec.archive",
              List.of("io.rktj.spec", "io.rktj.spec.manifest", "io.rktj.spec.json")),
          Map.entry("io.rktj.spec.discovery", List.of("io.rktj.spec")),
          Map.entry(
              "io.rktj.spec.docker",
              List.of(
                  "io.rktj.spec",
                  "io.rktj.spec.manifest",
                  "io.rktj.spec.json",
                  "io.rktj.spec.discovery")),
          Map.entry("io.rktj.spec.render", List.of("io.rktj.spec", "io.rktj.spec.manifest")),
          Map.entry("io.rktj.spec.actool", SPEC),
          Map.entry("io.rktj.linux", List.of()),
          Map.entry("io.rktj.pod", with(SPEC, "io.rktj.linux")),
          Map.entry("io.rktj.stage1", with(SPEC, "io.rktj.pod", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage1.plan", with(SPEC, "io.rktj.pod", "io.rktj.stage1", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage1.net",
              with(SPEC, "io.rktj.pod", "io.rktj.stage1", "io.rktj.stage1.plan", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage1.host",
              with(SPEC, "io.rktj.pod", "io.rktj.stage1", "io.rktj.stage1.plan", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage2",
              with(SPEC, "io.rktj.linux", "io.rktj.pod", "io.rktj.stage1", "io.rktj.stage1.plan")),
          Map.entry("io.rktj.stage1.nspawn", flavour()),
          Map.entry("io.rktj.stage1.kvm", flavour()),
          Map.entry("io.rktj.stage0", List.of()),
          Map.entry("io.rktj.stage0.config", with(SPEC, "io.rktj.stage0", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.fetch",
              with(SPEC, "io.rktj.stage0", "io.rktj.stage0.config", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.trust",
              with(SPEC, "io.rktj.stage0", "io.rktj.stage0.fetch", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.store",
              with(
                  SPEC,
                  "io.rktj.stage0",
                  "io.rktj.stage0.fetch",
                  "io.rktj.stage0.trust",
                  "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.docker",
              with(SPEC, "io.rktj.stage0", "io.rktj.stage0.fetch", "io.rktj.stage0.store")),
          Map.entry(
              "io.rktj.stage0.tree",
              with(SPEC, "io.rktj.stage0", "io.rktj.stage0.store", "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.images",
              with(
                  SPEC,
                  "io.rktj.stage0",
                  "io.rktj.stage0.config",
                  "io.rktj.stage0.docker",
                  "io.rktj.stage0.fetch",
                  "io.rktj.stage0.trust",
                  "io.rktj.stage0.store",
                  "io.rktj.stage0.tree",
                  "io.rktj.linux")),
          Map.entry(
              "io.rktj.stage0.prepare",
              with(
                  SPEC,
                  "io.rktj.stage0",
                  "io.rktj.stage0.images",
                  "io.rktj.stage0.store",
                  "io.rktj.stage0.tree",
                  "io.rktj.pod",
                  "io.rktj.stage1",
                  "io.rktj.linux")),
          Map.entry("io.rktj.stage0.metadata", with(SPEC, "io.rktj.pod")),
          Map.entry("io.rktj.stage0.service", List.of("io.rktj.stage0")),
          Map.entry("io.rktj.services", List.of("io.rktj.linux", "io.rktj.pod")),
          Map.entry(
              "io.rktj.services.metadata",
              with(
                  SPEC,
                  "io.rktj.services",
                  "io.rktj.stage0",
                  "io.rktj.stage0.metadata",
                  "io.rktj.stage0.service",
                  "io.rktj.pod")),
          Map.entry(
              "io.rktj.services.api",
              with(
                  SPEC,
                  "io.rktj.linux",
                  "io.rktj.pod",
                  "io.rktj.services",
                  "io.rktj.stage0",
                  "io.rktj.stage0.launch",
                  "io.rktj.stage0.service",
                  "io.rktj.stage0.store")),
          Map.entry(
              "io.rktj.stage0.launch",
              with(
                  SPEC,
                  "io.rktj.stage0",
                  "io.rktj.stage0.metadata",
                  "io.rktj.stage0.prepare",
                  "io.rktj.pod",
                  "io.rktj.stage1",
                  "io.rktj.linux")));

  private static final Map<String, List<String>> ONLY_HOME =
      Map.of(
          "com.fasterxml.jackson..", List.of("io.rktj.spec.json"),
          "org.apache.commons.compress..", List.of("io.rktj.spec.archive"),
          "org.tukaani.xz..", List.of("io.rktj.spec.archive"),
          "jnr..", List.of("io.rktj.linux"),
          "com.kenai..", List.of("io.rktj.linux"),
          "okhttp3..", List.of("io.rktj.stage0.fetch", "io.rktj.stage0.metadata"),
          "org.bouncycastle..", List.of("io.rktj.stage0.trust"),
          "picocli..", List.of("io.rktj.stage0.cli"),
          "io.netty..", List.of("io.rktj.services.."));

  @TestFactory
  List<DynamicTest> eachPackageUsesOnlyWhatItsRowAllows() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, List<String>> row : MAY_USE.entrySet()) {
      Set<String> allowed = new TreeSet<>(row.getValue());
      allowed.add(row.getKey());
      allowed.add("io.rktj");
      if (row.getKey().equals("io.rktj.linux")) {
        allowed.remove("io.rktj");
      }
      tests.add(
          DynamicTest.dynamicTest(
              row.getKey(),
              () ->
                  noClasses()
                      .that()
                      .resideInAPackage(row.getKey())
                      .should()
                      .dependOnClassesThat(oursOutside(allowed))
                      .check(CODE)));
    }
    return tests;
  }

  @Test
  void everyPackageOfTheProductHasARow() {
    Set<String> unlisted = new TreeSet<>();
    for (JavaClass type : CODE) {
      String name = type.getPackageName();
      if (!name.startsWith("io.rktj.tests")
          && !name.equals("io.rktj")
          && !name.equals("io.rktj.stage0.cli")
          && !MAY_USE.containsKey(name)) {
        unlisted.add(name);
      }
    }
    assertThat(unlisted).isEmpty();
  }

  @TestFactory
  List<DynamicTest> eachLibraryHasOneHome() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, List<String>> home : ONLY_HOME.entrySet()) {
      List<String> homes = new ArrayList<>(home.getValue());
      homes.add("io.rktj.tests..");
      tests.add(
          DynamicTest.dynamicTest(
              home.getKey(),
              () ->
                  noClasses()
                      .that()
                      .resideOutsideOfPackages(homes.toArray(new String[0]))
                      .should()
                      .dependOnClassesThat()
                      .resideInAPackage(home.getKey())
                      .check(CODE)));
    }
    return tests;
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.rktj.(stage0.*)..").should().beFreeOfCycles().check(CODE);
    slices().matching("io.rktj.spec.(*)..").should().beFreeOfCycles().check(CODE);
  }

  @Test
  void failuresShownToUsersAreOfNineKinds() {
    List<String> kinds = new ArrayList<>();
    for (JavaClass type : CODE) {
      if (type.getRawSuperclass().filter(s -> s.isEquivalentTo(PodException.class)).isPresent()) {
        kinds.add(type.getSimpleName());
      }
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "UsageException",
            "MalformedException",
            "ImageNotFoundException",
            "FetchException",
            "UntrustedImageException",
            "StoreException",
            "PodStateException",
            "HostException",
            "Stage1Exception");
  }

  @Test
  void nothingStaticIsMutable() {
    ArchRule rule =
        fields()
            .that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("io.rktj.tests..")
            .should()
            .beFinal();
    rule.check(CODE);
  }

  @Test
  void onlyTheCommandLinePrintsAndReadsTheClock() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.rktj.stage0.cli", "io.rktj.spec.actool", "io.rktj.tests..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CODE);
  }

  @Test
  void onlyTheKernelLayerIsNative() {
    classes()
        .that(
            new DescribedPredicate<JavaClass>("have native methods") {
              @Override
              public boolean test(JavaClass type) {
                return type.getMethods().stream()
                    .anyMatch(m -> m.getModifiers().contains(JavaModifier.NATIVE));
              }
            })
        .should()
        .resideInAPackage("io.rktj.linux")
        .allowEmptyShould(true)
        .check(CODE);
  }

  private static DescribedPredicate<JavaClass> oursOutside(Set<String> allowed) {
    return new DescribedPredicate<>("are ours and outside " + allowed) {
      @Override
      public boolean test(JavaClass type) {
        return type.getPackageName().startsWith("io.rktj")
            && !allowed.contains(type.getPackageName());
      }
    };
  }

  private static List<String> flavour() {
    return with(
        SPEC,
        "io.rktj.linux",
        "io.rktj.pod",
        "io.rktj.stage1",
        "io.rktj.stage1.plan",
        "io.rktj.stage1.net",
        "io.rktj.stage1.host",
        "io.rktj.stage2");
  }

  private static List<String> with(List<String> base, String... more) {
    List<String> all = new ArrayList<>(base);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }
}
