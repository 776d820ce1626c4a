package io.jgemma.engine.template;

/**
 * A template that cannot be parsed or rendered. {@link #getMessage()} names the template and the line;
 * {@link #detail()} is the bare message, which for a message raised by the template itself is exactly its text.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, by the kind of error that Python would raise. */
    public enum Kind {
        /** The source is not a valid template, or uses a tag, filter or test that is not there. */
        SYNTAX,
        /** The template called {@code raise_exception}: the conversation does not suit it. */
        RAISED,
        /** An undefined value was used for more than printing or testing. */
        UNDEFINED,
        /** An operation on values of the wrong type. */
        TYPE,
        /** A value out of its domain. */
        VALUE,
        /** A missing index or key where Python insists on one. */
        LOOKUP,
        /** Division by zero or a number too large. */
        ARITHMETIC,
        /** Access that the sandbox forbids. */
        SECURITY,
        /** Any other error while rendering. */
        RUNTIME,
        /** One of the {@link TemplateLimits} was reached. */
        LIMIT
    }

    private final Kind kind;
    private final String templateName;
    private final int line;
    private final String detail;

    TemplateException(Kind kind, String templateName, int line, String detail) {
        super("template '" + templateName + "', line " + line + ": " + detail);
        this.kind = kind;
        this.templateName = templateName;
        this.line = line;
        this.detail = detail;
    }

    /** The kind of error. */
    public Kind kind() {
        return kind;
    }

    /** True if the template itself refused the conversation through {@code raise_exception}. */
    public boolean raisedByTemplate() {
        return kind == Kind.RAISED;
    }

    /** The name given when the template was parsed. */
    public String templateName() {
        return templateName;
    }

    /** The line in the template, from 1. */
    public int line() {
        return line;
    }

    /** The message without template name and line. */
    public String detail() {
        return detail;
    }
}
