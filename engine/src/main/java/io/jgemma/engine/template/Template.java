package io.jgemma.engine.template;

import io.jgemma.engine.text.PromptText;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed chat template in the Jinja2 language, as Hugging Face's libraries run it: {@code trim_blocks} and
 * {@code lstrip_blocks} on, loop controls, the functions {@code raise_exception} and {@code strftime_now}, a
 * {@code tojson} that escapes nothing for HTML, and a sandbox in which no value but a namespace can be changed.
 *
 * <p>Immutable: one template may be rendered by many threads at once.
 */
public final class Template {
    private final String name;
    private final String source;
    private final Program program;

    private Template(String name, String source, Program program) {
        this.name = name;
        this.source = source;
        this.program = program;
    }

    /**
     * Parses a template under the default limits.
     *
     * @param name what error messages call it
     * @param source its text
     * @throws TemplateException if it is not a valid template
     */
    public static Template parse(String name, String source) {
        return parse(name, source, TemplateLimits.defaults());
    }

    /** As {@link #parse(String, String)}; parsing is held to {@code limits} too. */
    public static Template parse(String name, String source, TemplateLimits limits) {
        try {
            return new Template(name, source, Program.parse(source, new Meter(limits)));
        } catch (PyError e) {
            throw e.located(name);
        } catch (StackOverflowError e) {
            throw tooDeep(name);
        }
    }

    /** The name given when it was parsed. */
    public String name() {
        return name;
    }

    /** The text it was parsed from. */
    public String source() {
        return source;
    }

    /**
     * Known mistakes in the template, in one sentence each; empty for a sound one. Rendering goes on as the template
     * says, since the model may have been prompted that way elsewhere.
     */
    public List<String> warnings() {
        return program.warnings();
    }

    /**
     * Renders with the default limits and the system's clock and time zone.
     *
     * @param context variables: strings, booleans, numbers, lists, maps with any of these as keys, and null
     * @return the text
     * @throws TemplateException if the template fails, refuses the context or exceeds a limit
     * @throws IllegalArgumentException if the context holds a value of another type
     */
    public String render(Map<String, ? extends @Nullable Object> context) {
        return render(context, TemplateLimits.defaults(), Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #render(Map)}, with limits and with the clock that {@code strftime_now} asks. */
    public String render(Map<String, ? extends @Nullable Object> context, TemplateLimits limits, Clock clock) {
        return renderPrompt(context, limits, clock).text();
    }

    /**
     * As {@link #render(Map)}, and tells which characters the template wrote itself or took from the model's file
     * ({@link TrustedText}): only these may spell control tokens. What came from other strings of the context did not, however
     * the template cut, joined or replaced it.
     */
    public PromptText renderPrompt(Map<String, ? extends @Nullable Object> context) {
        return renderPrompt(context, TemplateLimits.defaults(), Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #renderPrompt(Map)}, with limits and with the clock that {@code strftime_now} asks. */
    public PromptText renderPrompt(
            Map<String, ? extends @Nullable Object> context, TemplateLimits limits, Clock clock) {
        Meter meter = new Meter(limits);
        try {
            Map<String, Object> variables = new ContextReader(meter).variables(context);
            TextBuilder out = new Interpreter(program, variables, meter, clock).render();
            return new PromptText(out.toString(), out.origins().bounds());
        } catch (PyError e) {
            throw e.located(name);
        } catch (StackOverflowError e) {
            throw tooDeep(name);
        }
    }

    private static TemplateException tooDeep(String name) {
        return PyError.limit("nesting exceeds the stack of this thread").located(name);
    }
}
