package io.jgemma.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What no class may do, wherever it lives. */
@AnalyzeClasses(
        packages = "io.jgemma",
        importOptions = {ImportOption.DoNotIncludeTests.class, CodeRulesTest.NotGenerated.class})
class CodeRulesTest {
    private static final int MOST_PARAMETERS = 7;

    private static final Set<String> BARE =
            Set.of("java.lang.RuntimeException", "java.lang.Exception", "java.lang.Error", "java.lang.Throwable");

    /** JMH generates code to a taste of its own. */
    static final class NotGenerated implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/jmh_generated/");
        }
    }

    @ArchTest
    static final ArchRule standardStreamsBelongToTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("io.jgemma.cli..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .accessField(System.class, "in");

    @ArchTest
    static final ArchRule propertiesAndTheEnvironmentBelongToTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("io.jgemma.cli..")
            .should()
            .callMethodWhere(called(System.class, "getProperty", "getProperties", "setProperty", "getenv", "exit"))
            .orShould()
            .callMethodWhere(called(Integer.class, "getInteger"))
            .orShould()
            .callMethodWhere(called(Long.class, "getLong"))
            .orShould()
            .callMethodWhere(called(Boolean.class, "getBoolean"));

    @ArchTest
    static final ArchRule nobodyPrintsStackTraces = noClasses()
            .that()
            .resideOutsideOfPackage("io.jgemma.cli..")
            .should()
            .callMethodWhere(called(Throwable.class, "printStackTrace"));

    @ArchTest
    static final ArchRule messagesGoThroughSystemLogger =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule errorsHaveTypesOfTheirOwn = noClasses()
            .that()
            .areNotAssignableTo(RuntimeException.class)
            .should()
            .callConstructorWhere(new DescribedPredicate<JavaConstructorCall>("it makes a bare exception") {
                @Override
                public boolean test(JavaConstructorCall call) {
                    return BARE.contains(call.getTargetOwner().getName());
                }
            });

    @ArchTest
    static final ArchRule thereIsNoMutableStaticState =
            fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule optionalIsNoParameterOfTheEngine = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.jgemma.engine..")
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .haveRawParameterTypes(new DescribedPredicate<List<JavaClass>>("with an Optional") {
                @Override
                public boolean test(List<JavaClass> types) {
                    return types.stream().anyMatch(type -> type.isEquivalentTo(Optional.class));
                }
            });

    @ArchTest
    static final ArchRule manyParametersAreARecord = methods()
            .that()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should(new ArchCondition<>("have at most " + MOST_PARAMETERS + " parameters") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    int count = method.getRawParameterTypes().size();
                    if (count > MOST_PARAMETERS) {
                        events.add(SimpleConditionEvent.violated(
                                method, method.getDescription() + " has " + count + " parameters"));
                    }
                }
            });

    private static DescribedPredicate<JavaMethodCall> called(Class<?> owner, String... names) {
        return new DescribedPredicate<>(owner.getSimpleName() + "." + String.join("|", names)) {
            @Override
            public boolean test(JavaMethodCall call) {
                return call.getTargetOwner().isAssignableTo(owner)
                        && List.of(names).contains(call.getTarget().getName());
            }
        };
    }
}
