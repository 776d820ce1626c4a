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
    /** Nothing takes so long, however busy the machine is. */
    private static final int PATIENCE_MS = 20_000;

    private static final String CHAT = "**/v1/chat/completions";

    private final BrowserContext context;
    private final Page page;
    private final String address;
    private final List<String> complaints = new ArrayList<>();
    private String scripted = "";
    private final List<JsonNode> requests = new ArrayList<>();

    /** Opens a page that can be used at once. */
    static OpenPage of(Browser browser, TestServer server) {
        return of(browser, server, options -> {});
    }

    static OpenPage of(Browser browser, TestServer server, Consumer<Browser.NewContextOptions> options) {
        OpenPage page = new OpenPage(browser, server.uri("/").toString(), options);
        page.ready();
        return page;
    }

    OpenPage(Browser browser, String address, Consumer<Browser.NewContextOptions> options) {
        this.address = address;
        Browser.NewContextOptions all =
                new Browser.NewContextOptions().setLocale("en-US").setViewportSize(1100, 760);
        options.accept(all);
        context = browser.newContext(all);
        context.setDefaultTimeout(PATIENCE_MS);
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
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
        page.navigate(address);
    }

    /** Opened anew, with what the browser has kept. */
    void reopen() {
        page.navigate(address);
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
        if (scripted.isEmpty()) {
            page.route(
                    CHAT,
                    route -> route.fulfill(new Route.FulfillOptions()
                            .setHeaders(Map.of("Content-Type", "text/event-stream"))
                            .setBody(scripted)));
        }
        scripted = events;
    }

    /** Lets the model answer again. */
    void unscript() {
        scripted = "";
        page.unroute(CHAT);
    }

    /** Asks in a new conversation, in as few steps as can be: for tests of many answers. */
    void askAnew(String text) {
        page.evaluate("""
                (text) => {
                  document.getElementById("new").click();
                  document.getElementById("input").value = text;
                  document.getElementById("composer").requestSubmit();
                }\
                """, text);
        page.locator(".assistant[aria-busy=false]").waitFor();
    }

    /** Lets the model answer until it is stopped. */
    void endless() {
        unscript();
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
