package io.jgemma.server.page;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Chromium without a window, started once for all tests. Nothing is downloaded: where the machine has no Chromium, tests that
 * want one are skipped. {@code JGEMMA_CHROMIUM} names one in an unusual place.
 */
final class Browser implements ExecutionCondition, ParameterResolver {
    /** This machine by a name for which the browser withholds what it gives to secure pages only, e.g. the clipboard. */
    static final String OTHER_NAME = "jgemma.test";

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Browser.class);
    private static final List<String> NAMES = List.of(
            "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe", "msedge.exe");
    private static final List<String> PLACES = List.of(
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe");

    /** The running browser and the driver it belongs to. */
    private record Started(Playwright playwright, com.microsoft.playwright.Browser browser) implements AutoCloseable {
        @Override
        public void close() {
            playwright.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return find().isPresent()
                ? ConditionEvaluationResult.enabled("there is a Chromium")
                : ConditionEvaluationResult.disabled(
                        "no Chromium on this machine: install one, or let JGEMMA_CHROMIUM name it");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == com.microsoft.playwright.Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Started.class, key -> start(find().orElseThrow()), Started.class)
                .browser();
    }

    private static Started start(Path chromium) {
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Started(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(chromium)
                                .setArgs(List.of(
                                        "--no-sandbox", "--host-resolver-rules=MAP " + OTHER_NAME + " 127.0.0.1"))));
    }

    private static Optional<Path> find() {
        String named = System.getenv("JGEMMA_CHROMIUM");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        String path = System.getenv().getOrDefault("PATH", "");
        Stream<Path> onPath = Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
        return Stream.concat(onPath, PLACES.stream().map(Path::of))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
