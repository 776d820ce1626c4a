package io.jgemma.engine.template;

import io.jgemma.engine.template.TemplateException.Kind;
import java.util.Objects;

/** An error on its way out of the interpreter, before the template's name and line are known. */
final class PyError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private int line;

    PyError(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static PyError type(String message) {
        return new PyError(Kind.TYPE, message);
    }

    static PyError value(String message) {
        return new PyError(Kind.VALUE, message);
    }

    static PyError runtime(String message) {
        return new PyError(Kind.RUNTIME, message);
    }

    static PyError arithmetic(String message) {
        return new PyError(Kind.ARITHMETIC, message);
    }

    static PyError limit(String message) {
        return new PyError(Kind.LIMIT, message);
    }

    static PyError syntax(String message, int line) {
        PyError error = new PyError(Kind.SYNTAX, message);
        error.line = line;
        return error;
    }

    Kind kind() {
        return kind;
    }

    /** Remembers where it happened; the innermost statement speaks first. */
    PyError atLine(int where) {
        if (line == 0) {
            line = where;
        }
        return this;
    }

    String detail() {
        return Objects.requireNonNullElse(getMessage(), "");
    }

    TemplateException located(String templateName) {
        return new TemplateException(kind, templateName, Math.max(line, 1), detail());
    }
}
