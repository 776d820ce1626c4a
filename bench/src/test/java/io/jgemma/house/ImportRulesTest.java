package io.jgemma.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;

/** Who may import whom. */
@AnalyzeClasses(packages = "io.jgemma", importOptions = ImportOption.DoNotIncludeTests.class)
class ImportRulesTest {
    private static final String ENGINE = "io.jgemma.engine";

    /** The engine's packages, bottom up: each may import those before it. The root package comes last. */
    private static final List<String> BOTTOM_UP = List.of(
            "platform",
            "thread",
            "memory",
            "quant",
            "tensor",
            "gguf",
            "spec",
            "backend",
            "cpu",
            "kv",
            "selftest",
            "nn",
            "text",
            "template",
            "sample",
            "chat",
            "grammar",
            "model",
            "session",
            "schedule",
            "vision",
            "plan",
            "placement",
            "generation",
            "prompt",
            "answer");

    @ArchTest
    static final ArchRule engineKnowsTheJdkAndJspecifyOnly = classes()
            .that()
            .resideInAPackage(ENGINE + "..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ENGINE + "..", "java..", "javax.imageio..", "jdk.incubator.vector..", "org.jspecify..");

    @ArchTest
    static final ArchRule picturesAreReadInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackage(ENGINE + ".vision")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.awt..", "javax.imageio..");

    @ArchTest
    static final ArchRule modelsKnowTheEngineOnly = classes()
            .that()
            .resideInAPackage("io.jgemma.models..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.jgemma.models..", ENGINE + "..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule commandLineFindsModelsAndBackendsAtRunTime = noClasses()
            .that()
            .resideInAPackage("io.jgemma.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.jgemma.models..", "io.jgemma.cuda..");

    @ArchTest
    static final ArchRule serverKnowsTheEngineAndItsLibrariesOnly = classes()
            .that()
            .resideInAPackage("io.jgemma.server..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.jgemma.server..",
                    ENGINE + "..",
                    "java..",
                    "org.jspecify..",
                    "com.fasterxml.jackson..",
                    "io.helidon..",
                    "io.micrometer..");

    @ArchTest
    static final ArchRule helidonIsUsedWhereConnectionsAre = noClasses()
            .that()
            .resideOutsideOfPackages("io.jgemma.server.http", "io.jgemma.server.remote", "io.jgemma.server")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.helidon..");

    @ArchTest
    static final ArchRule packagesOfTheServerFormNoCycle =
            slices().matching("io.jgemma.server.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule cudaIsKnownToItsModuleOnly = noClasses()
            .that()
            .resideOutsideOfPackage("io.jgemma.cuda..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jcuda..", "io.jgemma.cuda..");

    @ArchTest
    static final ArchRule vectorApiIsUsedInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackages(ENGINE + ".cpu.vector", "io.jgemma.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule wiringKnowsNoProcessor = noClasses()
            .that()
            .resideInAnyPackage(ENGINE + ".nn..", ENGINE + ".model..", ENGINE + ".kv..", "io.jgemma.models..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ENGINE + ".cpu..");

    @ArchTest
    static final ArchRule packagesOfTheEngineFormNoCycle =
            slices().matching("io.jgemma.engine.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheProcessorFormNoCycle = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return type.getPackageName().startsWith(ENGINE + ".cpu")
                            ? SliceIdentifier.of(type.getPackageName())
                            : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "packages below engine.cpu and itself";
                }
            })
            .should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheCommandLineFormNoCycle =
            slices().matching("io.jgemma.cli.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule architecturesStandAlone = classes()
            .that()
            .implement(ENGINE + ".model.Architecture")
            .should(new ArchCondition<>("not depend on another architecture") {
                @Override
                public void check(JavaClass architecture, ConditionEvents events) {
                    withNestedClasses(architecture)
                            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                            .filter(dependency -> isAnotherArchitecture(dependency, architecture))
                            .forEach(dependency -> events.add(
                                    SimpleConditionEvent.violated(architecture, dependency.getDescription())));
                }
            });

    @ArchTest
    static void enginePackagesImportThoseBelowThemOnly(JavaClasses classes) {
        for (int i = 0; i < BOTTOM_UP.size(); i++) {
            String[] above = Stream.concat(
                            Stream.of(ENGINE), BOTTOM_UP.stream().skip(i + 1L).map(ImportRulesTest::withSubpackages))
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(withSubpackages(BOTTOM_UP.get(i)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule everyEnginePackageHasItsPlace = classes()
            .that()
            .resideInAPackage(ENGINE + "..")
            .should()
            .resideInAnyPackage(
                    Stream.concat(Stream.of(ENGINE), BOTTOM_UP.stream().map(ImportRulesTest::withSubpackages))
                            .toArray(String[]::new));

    private static String withSubpackages(String name) {
        return ENGINE + "." + name + "..";
    }

    private static Stream<JavaClass> withNestedClasses(JavaClass type) {
        return type.getPackage().getClasses().stream()
                .filter(each -> topLevel(each).equals(type));
    }

    private static boolean isAnotherArchitecture(Dependency dependency, JavaClass architecture) {
        JavaClass target = topLevel(dependency.getTargetClass());
        return !target.equals(architecture)
                && !target.isInterface()
                && target.isAssignableTo(ENGINE + ".model.Architecture");
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ImportRulesTest::topLevel).orElse(type);
    }
}
