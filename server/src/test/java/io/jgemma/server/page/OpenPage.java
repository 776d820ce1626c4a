package io.jgemma.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.jgemma.server.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The page of a server, opened in a browser of its own. Closing it fails when the page threw an error or did what its
 * Content-Security-Policy forbids, whatever the test looked at.
 */
final class OpenPage implements AutoCloseable {
    private static final String CHAT = "**/v1/chat/completions";

    private final BrowserContext context;
    private final Page page;
    private final TestServer server;
    private final List<String> complaints = new ArrayList<>();
    private final List<JsonNode> requests = new ArrayList<>();

    /** Opens a page that can be used at once. */
    static OpenPage of(Browser browser, TestServer server) {
        return of(browser, server, options -> {});
    }

    static OpenPage of(Browser browser, TestServer server, Consumer<Browser.NewContextOptions> options) {
        OpenPage page = new OpenPage(browser, server, options);
        page.ready();
        return page;
    }

    OpenPage(Browser browser, TestServer server, Consumer<Browser.NewContextOptions> options) {
        this.server = server;
        Browser.NewContextOptions all =
                new Browser.NewContextOptions().setLocale("en-US").setViewportSize(1100, 760);
        options.accept(all);
        context = browser.newContext(all);
        context.setDefaultTimeout(20_000);
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Security Policy") || message.text().contains("Trusted")) {
                complaints.add(message.text());
            }
        });
        page.onRequest(request -> {
            if (request.url().endsWith("/v1/chat/completions")) {
                requests.add(TestServer.read(request.postData()));
            }
        });
        page.navigate(server.uri("/").toString());
    }

    /** Opened anew, with what the browser has kept. */
    void reopen() {
        page.navigate(server.uri("/").toString());
        ready();
    }

    /** Waits until the page can be used. */
    void ready() {
        page.locator("#status[data-ready]")
                .waitFor(new Locator.WaitForOptions()
                        .setState(com.microsoft.playwright.options.WaitForSelectorState.ATTACHED));
    }

    Page page() {
        return page;
    }

    BrowserContext context() {
        return context;
    }

    Locator find(String selector) {
        return page.locator(selector);
    }

    static LocatorAssertions expect(Locator locator) {
        return PlaywrightAssertions.assertThat(locator);
    }

    LocatorAssertions expect(String selector) {
        return expect(find(selector));
    }

    /** Writes a message and sends it. */
    void send(String text) {
        find("#input").fill(text);
        find("#input").press("Enter");
    }

    /** Sends a message and waits until its answer is complete. */
    void ask(String text) {
        int answers = find(".assistant").count();
        send(text);
        expect(".assistant").hasCount(answers + 1);
        settled();
    }

    /** Waits until no answer comes any more. */
    void settled() {
        expect("#send").isVisible();
    }

    /** What the last answer says. */
    Locator answer() {
        return find(".assistant").last();
    }

    /** Requests for answers so far. */
    List<JsonNode> requests() {
        return requests;
    }

    /** Answers by hand from now on. */
    void script(String events) {
        page.unroute(CHAT);
        page.route(
                CHAT,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setHeaders(Map.of("Content-Type", "text/event-stream"))
                        .setBody(events)));
    }

    /** Lets the model answer until it is stopped. */
    void endless() {
        page.unroute(CHAT);
        page.route(
                CHAT,
                route -> route.resume(new Route.ResumeOptions()
                        .setPostData(route.request().postData().replaceFirst("\\{", "{\"ignore_eos\":true,"))));
    }

    @Override
    public void close() {
        context.close();
        assertThat(complaints).isEmpty();
    }
}
