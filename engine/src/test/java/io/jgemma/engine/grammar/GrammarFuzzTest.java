package io.jgemma.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jgemma.engine.grammar.parse.Automaton;
import io.jgemma.engine.grammar.parse.ParseSet;
import io.jgemma.engine.grammar.spec.GrammarException;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random schemas and grammars: nothing hangs, and what a grammar accepts an independent validator accepts too. */
class GrammarFuzzTest {
    private static final boolean LONG = Boolean.getBoolean("jgemma.long");
    private static final int RUNS = LONG ? 5000 : 250;
    private static final long MOST_NANOS = 1_000_000_000L;
    private static final long MOST_MEMORY = 64L << 20;
    private static final int MOST_BYTES = 200;

    private final IndependentValidator validator = new IndependentValidator();

    @Test
    void whatIsAcceptedIsValid() {
        int accepted = 0;
        int supported = 0;
        List<String> slow = new ArrayList<>();
        for (int seed = 0; seed < RUNS; seed++) {
            String schema = new RandomSchemas(seed).next();
            long start = System.nanoTime();
            long allocated = allocatedBytes();
            try {
                Grammar[] grammar = {Grammar.ofJsonSchema(schema)};
                supported++;
                for (int i = 0; i < 4; i++) {
                    Optional<String> text = walk(grammar[0].automaton(), new Random(31L * seed + i));
                    if (text.isPresent()) {
                        accepted++;
                        assertThat(validator.errors(schema, text.get()))
                                .as("seed %d: %s allows %s", seed, schema, text.get())
                                .isEmpty();
                    }
                }
                assertSmall(schema, grammar, allocatedBytes() - allocated);
            } catch (GrammarException e) {
                assertThat(e.isMalformed()).as("%s: %s", schema, e).isFalse();
            }
            if (System.nanoTime() - start > MOST_NANOS && seed > 0) {
                slow.add(schema);
            }
        }
        assertThat(supported).isGreaterThan(RUNS / 3);
        assertThat(accepted).isGreaterThan(RUNS / 2);
        assertThat(validator.undecided()).isLessThanOrEqualTo(RUNS / 200);
        assertThat(slow).isEmpty();
    }

    @Test
    void randomGrammarsEnd() {
        Random random = new Random(5);
        int read = 0;
        for (int run = 0; run < RUNS; run++) {
            String text = gbnf(random);
            long start = System.nanoTime();
            long allocated = allocatedBytes();
            try {
                Grammar[] grammar = {Grammar.ofGbnf(text)};
                read += walk(grammar[0].automaton(), new Random(run)).isPresent() ? 1 : 0;
                assertSmall(text, grammar, allocatedBytes() - allocated);
            } catch (GrammarException e) {
                assertThat(e.reason()).isNotEmpty();
            }
            assertThat(System.nanoTime() - start).as(text).isLessThan(MOST_NANOS);
        }
        assertThat(read).isGreaterThan(RUNS / 5);
    }

    /** Checks what a grammar and all that was computed for it hold; lets go of it if so much was allocated that this has to be measured. */
    private static void assertSmall(String text, Grammar[] grammar, long allocated) {
        if (allocated > MOST_MEMORY) {
            long with = heap();
            grammar[0] = Grammar.ofChoices(List.of("a"));
            assertThat(with - heap()).as(text).isLessThan(MOST_MEMORY);
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static String gbnf(Random random) {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("root", "r1", "r2", "r3")) {
            text.append(name).append(" ::= ").append(expression(random, 0)).append('\n');
        }
        return text.toString();
    }

    private static String expression(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 4 : 9)) {
            case 0 -> "\"a\"";
            case 1 -> "[a-c]";
            case 2 -> "\"\"";
            case 3 -> "r" + (1 + random.nextInt(3));
            case 4 ->
                "(" + expression(random, depth + 1) + ")"
                        + List.of("*", "+", "?", "{0,2}").get(random.nextInt(4));
            case 5, 6 -> expression(random, depth + 1) + " " + expression(random, depth + 1);
            default -> "(" + expression(random, depth + 1) + " | " + expression(random, depth + 1) + ")";
        };
    }

    /** A random text of the language, of which ends are likelier than beginnings; empty if it would get long. */
    private static Optional<String> walk(Automaton automaton, Random random) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        ParseSet at = automaton.initial();
        while (text.size() < MOST_BYTES) {
            List<Integer> choices = new ArrayList<>();
            for (int byteClass = 0; byteClass < automaton.classCount(); byteClass++) {
                if (automaton.step(at, byteClass) != automaton.dead()) {
                    int value = automaton.representative(byteClass);
                    int weight = "\"]}".indexOf(value) >= 0 ? 12 : "[{\\".indexOf(value) >= 0 ? 1 : 3;
                    for (int i = 0; i < weight; i++) {
                        choices.add(value);
                    }
                }
            }
            if (at.accepting() && (choices.isEmpty() || random.nextInt(3) == 0)) {
                return Optional.of(text.toString(StandardCharsets.UTF_8));
            }
            assertThat(choices).as("what may follow '%s'", text).isNotEmpty();
            int value = choices.get(random.nextInt(choices.size()));
            text.write(value);
            at = automaton.stepByte(at, value);
        }
        return Optional.empty();
    }
}
