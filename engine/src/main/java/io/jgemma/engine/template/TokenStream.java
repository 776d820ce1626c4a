package io.jgemma.engine.template;

import java.util.List;

/** The tokens of a template, read with one token of lookahead. */
final class TokenStream {
    private final List<Token> tokens;
    private int pos;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
        refuseError();
    }

    private void refuseError() {
        if (is(Token.Type.ERROR)) {
            throw fail(current().text());
        }
    }

    Token current() {
        return tokens.get(pos);
    }

    Token look() {
        return tokens.get(Math.min(pos + 1, tokens.size() - 1));
    }

    /** Returns the current token and moves on. */
    Token next() {
        Token token = current();
        if (pos < tokens.size() - 1) {
            pos++;
            refuseError();
        }
        return token;
    }

    int line() {
        return current().line();
    }

    boolean is(Token.Type type) {
        return current().type() == type;
    }

    boolean isName(String name) {
        return current().isName(name);
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean skipName(String name) {
        boolean matches = isName(name);
        if (matches) {
            next();
        }
        return matches;
    }

    boolean skipOperator(String operator) {
        boolean matches = isOperator(operator);
        if (matches) {
            next();
        }
        return matches;
    }

    Token expect(Token.Type type) {
        if (!is(type)) {
            throw expected(type.description());
        }
        return next();
    }

    Token expectOperator(String operator) {
        if (!isOperator(operator)) {
            throw expected(operator);
        }
        return next();
    }

    Token expectName(String name) {
        if (!isName(name)) {
            throw expected(name);
        }
        return next();
    }

    private PyError expected(String what) {
        String quoted = Printer.quote(what);
        return fail(
                is(Token.Type.EOF)
                        ? "unexpected end of template, expected " + quoted + "."
                        : "expected token " + quoted + ", got "
                                + Printer.quote(current().describe()));
    }

    PyError fail(String message) {
        return PyError.syntax(message, line());
    }
}
