package io.jgemma.server.page;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import io.jgemma.engine.EngineOptions;
import io.jgemma.server.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Talking to the demo model through the page: conversations, branches, models, settings, gauges. */
@ExtendWith(io.jgemma.server.page.Browser.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatTest {
    private final TestServer server = new TestServer(
            options -> {},
            List.of(
                    TestServer.demo("demo", EngineOptions.embedded().withContextTokens(100_000)),
                    TestServer.demo("second", EngineOptions.embedded().withContextTokens(1024))));
    private Browser browser;

    @BeforeAll
    void start(Browser given) {
        browser = given;
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private OpenPage open() {
        OpenPage page = OpenPage.of(browser, server);
        set(page, "temperature", "0");
        return page;
    }

    private static void set(OpenPage page, String name, String value) {
        page.find("#open-settings").click();
        Locator field = page.find("#settings [name=" + name + "]");
        if (field.evaluate("field => field.tagName").equals("SELECT")) {
            field.selectOption(value);
        } else {
            field.fill(value);
        }
        page.find("#settings .dialog-head button").click();
    }

    private static void press(Locator message, String action) {
        message.hover();
        message.locator("[data-action=" + action + "]").click();
    }

    @Test
    void streamsAndStops() {
        try (OpenPage page = open()) {
            page.expect("#welcome").isVisible();
            page.endless();
            page.send("Hello");
            page.expect(".assistant .said").containsText("Hello");
            page.expect("#stop").isVisible();
            page.expect("#send").isHidden();
            page.expect(".assistant").hasAttribute("aria-busy", "true");

            page.find("#stop").click();

            page.settled();
            OpenPage.expect(page.answer()).containsText("stopped");
            page.expect("#welcome").isHidden();
            await(() -> server.server().requests() == 0);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the server still answers").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void goesOnWithAnAnswerThatWasCutOff() {
        try (OpenPage page = open()) {
            set(page, "max_tokens", "4");
            page.ask("Hello");
            OpenPage.expect(page.answer()).containsText("cut off");
            set(page, "max_tokens", "");

            press(page.answer(), "proceed");

            page.settled();
            OpenPage.expect(page.answer().locator(".said")).hasText(GREETING);
            page.expect(".assistant").hasCount(1);
        }
    }

    @Test
    void answersAgainAndEditsInBranches() {
        try (OpenPage page = open()) {
            page.ask("Hello");
            press(page.answer(), "again");
            page.settled();
            OpenPage.expect(page.answer().locator(".branches")).containsText("2 / 2");

            press(page.find(".user"), "edit");
            page.find(".editing textarea").fill("Good morning");
            page.find(".editing .primary").click();
            page.settled();
            page.expect(".user .text").hasText("Good morning");
            page.expect(".user .branches").containsText("2 / 2");
            assertThat(messages(page)).containsExactly("Good morning");

            press(page.find(".user"), "earlier");
            page.expect(".user .text").hasText("Hello");
            OpenPage.expect(page.answer().locator(".branches")).containsText("2 / 2");
            press(page.answer(), "earlier");
            OpenPage.expect(page.answer().locator(".branches")).containsText("1 / 2");

            press(page.answer(), "edit");
            page.find(".editing textarea").fill("My own words");
            page.find(".editing .primary").click();
            OpenPage.expect(page.answer()).containsText("My own words");
            assertThat(page.requests()).hasSize(3);

            page.ask("And now?");
            assertThat(messages(page)).containsExactly("Hello", "My own words", "And now?");
        }
    }

    private static List<String> messages(OpenPage page) {
        return page.requests().getLast().get("messages").findValuesAsText("content");
    }

    @Test
    void keepsConversationsInTheBrowser() {
        try (OpenPage page = open()) {
            page.ask("Hello");
            page.find("#new").click();
            page.expect("#welcome").isVisible();
            page.ask("What is your name?");
            page.reopen();
            page.expect("#conversations .title").hasText(new String[] {"What is your name?", "Hello"});

            page.find("#conversations .title").last().click();
            page.expect(".user .text").hasText("Hello");
            OpenPage.expect(page.answer()).containsText(GREETING);

            Page other = page.context().newPage();
            other.navigate(server.uri("/").toString());
            Locator titles = other.locator("#conversations .title");
            OpenPage.expect(titles).hasText(new String[] {"What is your name?", "Hello"});

            Locator current = page.find("#conversations li.current");
            press(current, "rename");
            page.find("dialog input").fill("Greeting");
            page.find("dialog input").press("Enter");
            OpenPage.expect(current).containsText("Greeting");
            assertThat(page.page().title()).isEqualTo("Greeting");
            OpenPage.expect(titles.last()).hasText("Greeting");
            other.close();

            press(current, "delete");
            page.find("dialog .quiet").click();
            page.expect("#conversations .title").hasCount(2);
            press(current, "delete");
            page.find("dialog .danger").click();
            page.expect("#conversations .title").hasText(new String[] {"What is your name?"});
            page.reopen();
            page.expect("#conversations .title").hasText(new String[] {"What is your name?"});
        }
    }

    @Test
    void exportsAndImports() throws IOException {
        try (OpenPage page = open()) {
            page.ask("Hello");
            page.find("#conversations li").hover();
            Download download = page.page()
                    .waitForDownload(() -> page.find("[data-action=export]").click());
            assertThat(download.suggestedFilename()).isEqualTo("Hello.json");
            String exported = Files.readString(download.path());
            assertThat(TestServer.read(exported).get("format").textValue()).isEqualTo("jgemma-conversations");

            load(page, exported.replace("Hello\"", "Imported\""));
            page.expect("#conversations .title").hasCount(2);
            page.expect(".user .text").hasText("Imported");
            OpenPage.expect(page.answer()).containsText(GREETING);
            Download all =
                    page.page().waitForDownload(() -> page.find("#export").click());
            assertThat(TestServer.read(Files.readString(all.path())).get("conversations"))
                    .hasSize(2);

            for (String wrong : List.of("no JSON", "{}", "[]", exported.replace("\"user\"", "\"root\""))) {
                load(page, wrong);
                page.expect("#notice").containsText("holds no conversations");
            }
            page.expect("#conversations .title").hasCount(2);
        }
    }

    private static void load(OpenPage page, String text) {
        page.find("#import-file")
                .setInputFiles(new FilePayload("talk.json", "application/json", text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void picksAModelAndShowsGauges() {
        try (OpenPage page = open()) {
            page.ask("Hello");
            assertThat(page.requests().getLast().get("model").textValue()).isEqualTo("demo");
            page.expect("[data-gauge=context]")
                    .hasAttribute("aria-valuetext", Pattern.compile("2\\d of 100,000 tokens.*"));
            page.expect("[data-gauge=speed]").hasText(Pattern.compile("[\\d,.]+ tokens/s"));
            page.expect("[data-gauge=memory]")
                    .hasAttribute("aria-valuetext", Pattern.compile(".*weights \\d.*K and V.*"));

            page.find("#model").selectOption("second");
            page.ask("Hello");
            assertThat(page.requests().getLast().get("model").textValue()).isEqualTo("second");
            page.expect("[data-gauge=context]")
                    .hasAttribute("aria-valuetext", Pattern.compile("\\d+ of 1,024 tokens.*"));
            page.reopen();
            page.expect("#model").hasValue("second");
        }
    }

    @Test
    void sendsWhatIsSetAndNothingElse() {
        try (OpenPage page = open()) {
            set(page, "temperature", "");
            page.ask("Hello");
            JsonNode plain = page.requests().getLast();
            for (String name : List.of("temperature", "top_p", "top_k", "min_p", "seed", "max_tokens", "tools")) {
                assertThat(plain.has(name)).as(name).isFalse();
            }

            set(page, "system", "Be brief.");
            set(page, "temperature", "0.5");
            set(page, "top_p", "0.9");
            set(page, "top_k", "40");
            set(page, "min_p", "0.05");
            set(page, "seed", "7");
            set(page, "max_tokens", "5");
            set(page, "reasoning", "off");
            page.ask("Hello");

            JsonNode set = page.requests().getLast();
            assertThat(set.get("messages").get(0).toString())
                    .isEqualTo("{\"role\":\"system\",\"content\":\"Be brief.\"}");
            assertThat(set.get("temperature").doubleValue()).isEqualTo(0.5);
            assertThat(set.get("top_p").doubleValue()).isEqualTo(0.9);
            assertThat(set.get("top_k").intValue()).isEqualTo(40);
            assertThat(set.get("min_p").doubleValue()).isEqualTo(0.05);
            assertThat(set.get("seed").intValue()).isEqualTo(7);
            assertThat(set.get("max_tokens").intValue()).isEqualTo(5);
            assertThat(set.get("reasoning_effort").textValue()).isEqualTo("none");
            set(page, "reasoning", "on");
            page.ask("Hello");
            assertThat(page.requests().getLast().get("enable_thinking").booleanValue())
                    .isTrue();
        }
    }

    @Test
    void callsToolsAndTakesTheirResults() {
        try (OpenPage page = open()) {
            set(page, "tools", "[" + TestServer.WEATHER_TOOL + "]");
            page.ask(TestServer.WEATHER);
            Locator call = page.answer().locator("details.call");
            OpenPage.expect(call).containsText("Calls get_weather");
            OpenPage.expect(call.locator("pre")).isHidden();
            call.locator("summary").click();
            OpenPage.expect(call.locator("pre")).containsText("\"Paris\"");

            page.find(".results textarea").fill("{\"forecast\":\"sunny\"}");
            page.find(".results button").click();

            page.expect(".assistant").hasCount(2);
            page.settled();
            page.expect(".tool details").containsText("Result of get_weather");
            JsonNode result = page.requests().getLast().get("messages").get(2);
            assertThat(result.get("role").textValue()).isEqualTo("tool");
            assertThat(result.get("content").textValue()).contains("sunny");
            OpenPage.expect(page.answer().locator(".said")).not().isEmpty();
        }
    }
}
