import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import io.jgemma.engine.generation.GenerationRequest;
import java.nio.file.Path;

/** Asks the model file that is named, or the demo model, one question. */
public class FirstAnswer {
    public static void main(String[] args) {
        EngineOptions options =
                args.length == 0 ? EngineOptions.embedded() : EngineOptions.of(Path.of(args[0]));
        try (Engine engine = Engine.open(options)) {
            System.out.println(engine.submit(GenerationRequest.chat("Hello")).join().text());
        }
    }
}
