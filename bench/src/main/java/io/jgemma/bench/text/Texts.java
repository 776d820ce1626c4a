package io.jgemma.bench.text;

import io.jgemma.bench.CpuBenchmark;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.generation.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Text to ids, ids to text, and a conversation to text: characters of the text a microsecond, which is millions per second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Texts extends CpuBenchmark {

    private static final int TURNS = 20;
    private static final String PROSE =
            "Rivers carry more than water: they move sand, seeds and stories from one end of a land"
                    + " to the other, and now and then they change their minds about where the sea should be. ";
    private static final String CODE =
            "for (int i = 0; i < rows; i++) {\n    sum += values[i] * weights[i]; // row %d\n}\n";
    private static final String CHINESE = "河流带走的不只是水，还有沙子、种子和故事，从大地的一端到另一端。";

    /** A GGUF file; empty = the embedded model. */
    @Param("")
    public String model = "";

    @Param({"prose", "code", "chinese"})
    public String text = "";

    private Engine engine = Engine.open(EngineOptions.embedded());
    private String document = "";
    private int[] ids = {};
    private Prompt.Chat chat = new Prompt.Chat(List.of(), List.of(), Map.of());

    /** What one call counts for. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long characters;
    }

    @Setup
    public void open() {
        engine.close();
        engine = Engine.open(model.isEmpty() ? EngineOptions.embedded() : EngineOptions.of(Path.of(model)));
        String piece = switch (text) {
            case "prose" -> PROSE;
            case "code" -> CODE;
            case "chinese" -> CHINESE;
            default -> throw new IllegalArgumentException("there is no text " + text);
        };
        document = piece.repeat(8192 / piece.length() + 1);
        ids = engine.tokenizer().encode(document);
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < TURNS; i++) {
            messages.add(ChatMessage.user(piece));
            messages.add(ChatMessage.assistant(piece));
        }
        messages.add(ChatMessage.user(piece));
        chat = new Prompt.Chat(messages, List.of(), Map.of());
    }

    @TearDown
    public void close() {
        engine.close();
    }

    @Benchmark
    public int[] encode(Work work) {
        work.characters += document.length();
        return engine.tokenizer().encode(document);
    }

    @Benchmark
    public String decode(Work work) {
        work.characters += document.length();
        return engine.tokenizer().decode(ids);
    }

    @Benchmark
    public String render(Work work) {
        String rendered = engine.render(chat);
        work.characters += rendered.length();
        return rendered;
    }
}
