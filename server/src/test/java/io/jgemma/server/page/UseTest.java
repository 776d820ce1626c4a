package io.jgemma.server.page;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.jgemma.server.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who uses the page and how: with a key, with the keyboard alone, on a phone, in Chinese, in the dark, with a screen reader. */
@ExtendWith(io.jgemma.server.page.Browser.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UseTest {
    private static final String RICH = """
        ## Heading

        Words with `code`, a [link](https://example.org) and $x^2$.

        ```python
        def f(x: int) -> str:  # comment
            return "text" + str(x) if x else None
        ```

        | a | b |
        |---|---|
        | 1 | 2 |

        > quoted
        """;

    private final TestServer server = new TestServer();
    private Browser browser;

    @BeforeAll
    void start(Browser given) {
        browser = given;
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void worksWhereTheBrowserKeepsNothing() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.page()
                    .addInitScript("Object.defineProperty(window, 'indexedDB', { value: undefined });"
                            + "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });");
            page.reopen();
            page.expect("#notice").containsText("keeps no data");
            page.ask("Hello");
            page.find("#new").click();
            page.find("#conversations .title").click();
            page.expect(".user .text").hasText("Hello");
        }
    }

    /** From another machine and without HTTPS, as at home: there is no clipboard for such pages. */
    @Test
    void asksForTheKey() {
        try (TestServer guarded = new TestServer(options -> options.apiKeys(List.of("secret")));
                OpenPage page = new OpenPage(
                        browser,
                        guarded.uri("/").toString().replace("127.0.0.1", io.jgemma.server.page.Browser.OTHER_NAME),
                        options -> {})) {
            page.expect("#key-dialog").containsText("wants an API key");
            page.find("#key-dialog input[type=password]").fill("wrong");
            page.find("#key-dialog .primary").click();
            page.expect("#key-dialog [role=alert]").containsText("does not take this key");
            page.find("#key-dialog input[type=password]").fill("secret");
            page.find("#key-dialog .check input").check();
            page.find("#key-dialog .primary").click();
            page.ready();
            page.ask("Hello");
            OpenPage.expect(page.answer()).containsText("Hello");
            page.reopen();
            page.expect("#model").hasValue("demo");

            assertThat(page.page().evaluate("() => navigator.clipboard")).isNull();
            page.script(new Script().text("```\nsome code\n```").end("stop"));
            page.ask("Go");
            page.answer().locator(".code-head button").click();
            page.find("#input").press("Control+V");
            page.expect("#input").hasValue("some code");
        }
    }

    @Test
    void takesPicturesAndTextFiles() throws IOException {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.find("#open-settings").click();
            page.find("#settings [name=temperature]").fill("0");
            page.page().keyboard().press("Escape");
            String give = """
                ([kind, name, type, base64]) => {
                  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
                  const data = new DataTransfer();
                  data.items.add(new File([bytes], name, { type }));
                  const options = { bubbles: true, cancelable: true };
                  const event = kind === "paste"
                    ? new ClipboardEvent("paste", { ...options, clipboardData: data })
                    : new DragEvent(kind, { ...options, dataTransfer: data });
                  document.getElementById("input").dispatchEvent(event);
                }\
                """;
            String star = Base64.getEncoder().encodeToString(star());
            page.page().evaluate(give, List.of("paste", "star.png", "image/png", star));
            page.expect("#files img").hasAttribute("alt", "star.png");
            page.ask("Where is the star?");
            OpenPage.expect(page.answer()).containsText("The star is in the bottom left corner.");
            page.find(".user").hover();
            page.find(".user [data-action=edit]").click();
            page.expect(".user img").isVisible();
            page.find(".editing textarea").press("Escape");
            page.expect(".user img").isVisible();

            page.script(new Script().text("Read.").end("stop"));
            page.page().evaluate(give, List.of("dragover", "a.txt", "text/plain", ""));
            page.expect("#drop").isVisible();
            String text = Base64.getEncoder().encodeToString("``` inside\n".getBytes(StandardCharsets.UTF_8));
            page.page().evaluate(give, List.of("drop", "notes.md", "text/markdown", text));
            page.expect("#drop").isHidden();
            page.find("#attach-file")
                    .setInputFiles(new FilePayload("b.bin", "application/octet-stream", new byte[] {0, 1, (byte) 255}));
            page.expect("#notice").containsText("b.bin is neither a picture");
            page.expect("#files li").hasCount(1);
            page.ask("Sum it up");
            assertThat(page.requests()
                            .getLast()
                            .get("messages")
                            .get(2)
                            .get("content")
                            .textValue())
                    .isEqualTo("notes.md:\n````\n``` inside\n````\n\nSum it up");

            page.page().evaluate(give, List.of("paste", "star.png", "image/png", star));
            page.find("#files button").click();
            page.expect("#files").isHidden();
        }
    }

    private static byte[] star() throws IOException {
        try (InputStream in = UseTest.class.getResourceAsStream("/pictures/purple_star_corner.png")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    @Test
    void worksWithTheKeyboardAlone() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.expect("#input").isFocused();
            keys(page, "H", "i", "Shift+Enter", "x", "Enter");
            page.expect(".user .text").hasText("Hi\nx");
            page.settled();
            page.endless();
            keys(page, "a", "Enter");
            page.expect("#stop").isVisible();
            keys(page, "Escape");
            page.settled();

            keys(page, "Control+Shift+O");
            page.expect("#welcome").isVisible();
            page.expect("#input").isFocused();
            keys(page, "Alt+ArrowDown");
            page.expect(".user .text").hasCount(2);
            keys(page, "Control+Shift+S");
            page.expect("#sidebar").isHidden();
            page.expect("#open-sidebar").isFocused();
            keys(page, "Control+Shift+S");
            page.expect("#close-sidebar").isFocused();
            keys(page, "?");
            page.expect("dialog kbd").not().hasCount(0);
            keys(page, "Escape");
            page.expect("dialog").hasCount(0);
            keys(page, "/");
            page.expect("#input").isFocused();
            keys(page, "Control+,");
            page.expect("#settings").isVisible();
            keys(page, "Escape");
            page.reopen();
            page.page().evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }");
            keys(page, "Tab");
            page.expect(".skip").isFocused();
            keys(page, "Enter");
            page.expect("#input").isFocused();
        }
    }

    @Test
    void saysWhichSettingIsWrong() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.find("#open-settings").click();
            page.find("#settings [name=temperature]").fill("3");
            page.find("#settings [name=top_k]").fill("7");
            page.find("#settings [name=tools]").fill("{}");
            page.find("#settings [name=tools]").blur();
            page.expect("#settings .field .error").containsText("they are no list");
            page.find("#settings h2").click();
            page.expect("#settings").isVisible();
            page.page().mouse().click(20, 400);
            page.expect("#settings").hasCount(0);
            page.ask("Hello");
            OpenPage.expect(page.answer().locator(".error")).containsText("they are no list");
            page.find("#open-settings").click();
            page.expect("#settings [name=temperature]").hasValue("");
            page.expect("#settings [name=top_k]").hasValue("7");
        }
    }

    private static void keys(OpenPage page, String... keys) {
        for (String key : keys) {
            page.page().keyboard().press(key);
        }
    }

    /** Every control can be reached, in the order in which it is seen, and shows that it is focused. */
    @Test
    void tabReachesEveryControl() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.ask("Hello");
            page.page().evaluate("() => document.querySelector('.skip').focus()");
            List<String> reached = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                reached.add(String.valueOf(page.page()
                        .evaluate("() => document.activeElement.id"
                                + " || document.activeElement.dataset.action || document.activeElement.className")));
                keys(page, "Tab");
            }
            assertThat(reached)
                    .containsSubsequence(
                            "close-sidebar",
                            "new",
                            "title",
                            "rename",
                            "export",
                            "delete",
                            "import",
                            "export",
                            "model",
                            "theme",
                            "open-settings",
                            "edit",
                            "again",
                            "input",
                            "attach");
        }
    }

    @Test
    void fitsAPhone() {
        try (OpenPage page = OpenPage.of(
                browser, server, options -> options.setViewportSize(360, 640).setHasTouch(true))) {
            page.script(new Script()
                    .text(RICH + "\n\n" + "wide".repeat(80) + "\n\n$$" + "x+".repeat(60) + "y$$\n")
                    .end("stop"));
            page.ask("Go");
            assertThat(page.page().evaluate("() => document.documentElement.scrollWidth"))
                    .isEqualTo(360);
            assertThat(page.page().evaluate("() => document.querySelector('#thread').scrollWidth"))
                    .isEqualTo(360);
            OpenPage.expect(page.answer().locator(".katex-display")).hasCount(1);
            assertSound(page, "phone");
            page.expect("#sidebar").isHidden();
            page.find("#open-sidebar").click();
            page.expect("#sidebar").isVisible();
            page.find("#conversations .title").click();
            page.expect("#sidebar").isHidden();
            page.expect("#input").isVisible();
        }
    }

    @Test
    void speaksChinese() {
        try (OpenPage page = OpenPage.of(browser, server, options -> options.setLocale("zh-CN"))) {
            page.expect("html").hasAttribute("lang", "zh-Hans");
            page.expect("#new").hasText("新对话");
            page.expect("#input").hasAttribute("placeholder", "输入消息");
            page.ask("Hello");
            page.find("#open-settings").click();
            page.find("#settings [name=language]").selectOption("en");
            page.expect("#settings h2").hasText("Settings");
            page.expect("#new").hasText("New conversation");
            page.expect(".user").hasAttribute("aria-label", "You");
            OpenPage.expect(page.answer().locator(".facts")).containsText("tokens/s");
            page.find("#settings [name=language]").selectOption("zh");
            page.reopen();
            page.expect("#new").hasText("新对话");
        }
    }

    @Test
    void isLightOrDarkAsTheSystemOrTheReaderHasIt() {
        try (OpenPage page = OpenPage.of(browser, server, options -> options.setColorScheme(ColorScheme.DARK))) {
            assertThat(paper(page)).isEqualTo("rgb(23, 23, 22)");
            page.find("#theme").click();
            assertThat(paper(page)).isEqualTo("rgb(252, 251, 249)");
            page.reopen();
            assertThat(paper(page)).isEqualTo("rgb(252, 251, 249)");
            page.find("#theme").click();
            assertThat(paper(page)).isEqualTo("rgb(23, 23, 22)");
        }
    }

    private static Object paper(OpenPage page) {
        return page.page().evaluate("() => getComputedStyle(document.body).backgroundColor");
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void axeFindsNothingSerious(ColorScheme scheme) {
        try (OpenPage page = OpenPage.of(browser, server, options -> options.setColorScheme(scheme))) {
            page.script(new Script()
                    .thoughts("Hm.")
                    .text(RICH)
                    .call(0, "tool", "{}")
                    .end("tool_calls"));
            page.ask("Go");
            page.find("details.thoughts summary").click();
            page.find("details.call summary").click();
            OpenPage.expect(page.answer().locator(".katex-mathml")).hasCount(1);
            OpenPage.expect(page.answer().locator(".hljs-comment")).hasCount(1);
            page.answer().hover();
            assertSound(page, "conversation");
            page.find("#open-settings").click();
            assertSound(page, "settings");
        }
    }

    @Test
    void axeFindsNothingSeriousInAnEmptyPage() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            assertSound(page, "empty");
        }
    }

    private static void assertSound(OpenPage page, String what) {
        List<String> found = new AxeBuilder(page.page())
                .setLegacyMode(true).analyze().getViolations().stream()
                        .map(UseTest::line)
                        .toList();
        assertThat(found).as(what).isEmpty();
    }

    private static String line(Rule rule) {
        return rule.getImpact() + " " + rule.getId() + ": "
                + rule.getNodes().stream().map(Object::toString).toList();
    }

    @Test
    void answersInTwoConversationsOfOneBrowser() {
        try (OpenPage page = OpenPage.of(browser, server)) {
            page.endless();
            page.send("Hello");
            page.expect(".assistant .said").containsText("Hello");
            page.find("#new").click();
            page.expect("#welcome").isVisible();
            page.find("#stop").click();
            page.settled();
            page.unscript();
            page.find("#open-settings").click();
            page.find("#settings [name=temperature]").fill("0");
            page.page().keyboard().press("Escape");
            page.ask("Hello");
            OpenPage.expect(page.answer()).containsText(GREETING);
            page.find("#conversations .title").last().click();
            OpenPage.expect(page.answer()).containsText("stopped");
        }
    }
}
