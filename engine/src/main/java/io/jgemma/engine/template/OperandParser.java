package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses operands: names, literals, brackets, and what follows them: members, calls, filters, tests. */
final class OperandParser {
    private final TokenStream stream;
    private final Meter meter;
    private final ExpressionParser expressions;

    OperandParser(TokenStream stream, Meter meter, ExpressionParser expressions) {
        this.stream = stream;
        this.meter = meter;
        this.expressions = expressions;
    }

    /** A name, a literal or something in brackets. */
    Expr primary() {
        Token token = stream.current();
        int line = token.line();
        return switch (token.type()) {
            case NAME -> {
                stream.next();
                yield switch (token.text()) {
                    case "true", "True" -> new Expr.Const(true, line);
                    case "false", "False" -> new Expr.Const(false, line);
                    case "none", "None" -> new Expr.Const(Special.NONE, line);
                    default -> new Expr.Name(token.text(), line);
                };
            }
            case STRING -> strings(line);
            case INTEGER, FLOAT -> new Expr.Const(stream.next().number(), line);
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    /** Strings that follow each other are one. */
    private Expr strings(int line) {
        StringBuilder text = new StringBuilder();
        while (stream.is(Token.Type.STRING)) {
            text.append(stream.next().text());
        }
        return new Expr.Const(Traced.literal(text.toString()), line);
    }

    private PyError unexpected(Token token) {
        return PyError.syntax("unexpected " + Printer.quote(token.describe()), token.line());
    }

    private Expr bracketed(Token token) {
        meter.enter();
        Expr value = switch (token.text()) {
            case "(" -> {
                stream.next();
                Expr inner = expressions.parenthesized();
                stream.expectOperator(")");
                yield inner;
            }
            case "[" -> list();
            case "{" -> dict();
            default -> throw unexpected(token);
        };
        meter.leave();
        return value;
    }

    private Expr list() {
        int line = stream.expectOperator("[").line();
        List<Expr> items = new ArrayList<>();
        while (!stream.isOperator("]")) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.isOperator("]")) {
                break;
            }
            items.add(expressions.expression());
        }
        stream.expectOperator("]");
        return new Expr.ListOf(items, line);
    }

    private Expr dict() {
        int line = stream.expectOperator("{").line();
        List<Expr.Pair> pairs = new ArrayList<>();
        while (!stream.isOperator("}")) {
            if (!pairs.isEmpty()) {
                stream.expectOperator(",");
            }
            if (stream.isOperator("}")) {
                break;
            }
            Expr key = expressions.expression();
            stream.expectOperator(":");
            pairs.add(new Expr.Pair(key, expressions.expression()));
        }
        stream.expectOperator("}");
        return new Expr.DictOf(pairs, line);
    }

    Expr postfix(Expr start) {
        Expr value = start;
        Chain chain = new Chain(meter);
        while (stream.isOperator(".") || stream.isOperator("[") || stream.isOperator("(")) {
            value = stream.isOperator("(") ? call(value) : subscript(value);
            chain.link();
        }
        chain.close();
        return value;
    }

    Expr filters(Expr start) {
        Expr value = start;
        Chain chain = new Chain(meter);
        while (true) {
            if (stream.isOperator("|")) {
                value = filter(value);
            } else if (stream.isName("is")) {
                value = test(value);
            } else if (stream.isOperator("(")) {
                value = call(value);
            } else {
                chain.close();
                return value;
            }
            chain.link();
        }
    }

    private Expr subscript(Expr object) {
        Token token = stream.next();
        if (token.isOperator(".")) {
            Token member = stream.next();
            return switch (member.type()) {
                case NAME -> new Expr.Attribute(object, member.text(), token.line());
                case INTEGER -> new Expr.Element(object, new Expr.Const(member.number(), member.line()), token.line());
                default -> throw PyError.syntax("expected name or number", member.line());
            };
        }
        List<Expr> keys = new ArrayList<>();
        while (!stream.isOperator("]")) {
            if (!keys.isEmpty()) {
                stream.expectOperator(",");
            }
            Expr key = stream.isOperator(":") ? null : expressions.expression();
            if (stream.isOperator(":")) {
                if (!keys.isEmpty()) {
                    throw stream.fail("a slice cannot be one of several keys");
                }
                return slice(object, key, token.line());
            }
            if (key != null) {
                keys.add(key);
            }
        }
        stream.expectOperator("]");
        Expr key = keys.size() == 1 ? keys.getFirst() : new Expr.TupleOf(keys, token.line());
        return new Expr.Element(object, key, token.line());
    }

    private Expr slice(Expr object, @Nullable Expr start, int line) {
        stream.expectOperator(":");
        Expr stop = slicePart();
        Expr step = stream.skipOperator(":") ? slicePart() : null;
        if (stream.isOperator(",")) {
            throw stream.fail("a slice cannot be one of several keys");
        }
        stream.expectOperator("]");
        return new Expr.Slice(object, start, stop, step, line);
    }

    private @Nullable Expr slicePart() {
        return stream.isOperator(":") || stream.isOperator("]") || stream.isOperator(",")
                ? null
                : expressions.expression();
    }

    private Expr.Call call(Expr callee) {
        int line = stream.line();
        return new Expr.Call(callee, arguments(), line);
    }

    private Expr.Arguments arguments() {
        int line = stream.expectOperator("(").line();
        List<Expr> positional = new ArrayList<>();
        List<Expr.Keyword> keywords = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Expr star = null;
        Expr doubleStar = null;
        boolean first = true;
        while (!stream.isOperator(")")) {
            if (!first) {
                stream.expectOperator(",");
                if (stream.isOperator(")")) {
                    break;
                }
            }
            first = false;
            if (stream.isOperator("*")) {
                ensure(star == null && doubleStar == null, line);
                stream.next();
                star = expressions.expression();
            } else if (stream.isOperator("**")) {
                ensure(doubleStar == null, line);
                stream.next();
                doubleStar = expressions.expression();
            } else if (stream.is(Token.Type.NAME) && stream.look().isOperator("=")) {
                ensure(doubleStar == null, line);
                String name = stream.next().text();
                stream.next();
                if (!names.add(name)) {
                    throw stream.fail("keyword argument repeated: " + name);
                }
                keywords.add(new Expr.Keyword(name, expressions.expression()));
            } else {
                ensure(star == null && doubleStar == null && keywords.isEmpty(), line);
                positional.add(expressions.expression());
            }
        }
        stream.expectOperator(")");
        return new Expr.Arguments(positional, keywords, star, doubleStar);
    }

    private static void ensure(boolean valid, int line) {
        if (!valid) {
            throw PyError.syntax("invalid syntax for function call expression", line);
        }
    }

    private Expr.Filter filter(@Nullable Expr target) {
        stream.expectOperator("|");
        return filterName(target);
    }

    private Expr.Filter filterName(@Nullable Expr target) {
        int line = stream.line();
        String name = dottedName();
        Expr.Arguments arguments = stream.isOperator("(") ? arguments() : Expr.Arguments.NONE;
        return new Expr.Filter(target, name, arguments, line);
    }

    /** The filters behind {@code set name}, or null if there are none. */
    Expr.@Nullable Filter optionalFilterChain() {
        return stream.isOperator("|") ? moreFilters(filter(null)) : null;
    }

    /** The filters of a filter block. */
    Expr.Filter filterChain() {
        return moreFilters(filterName(null));
    }

    private Expr.Filter moreFilters(Expr.Filter first) {
        Expr.Filter chain = first;
        Chain depth = new Chain(meter);
        while (stream.isOperator("|")) {
            chain = filter(chain);
            depth.link();
        }
        depth.close();
        return chain;
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(stream.expect(Token.Type.NAME).text());
        while (stream.skipOperator(".")) {
            name.append('.').append(stream.expect(Token.Type.NAME).text());
        }
        return name.toString();
    }

    private Expr test(Expr target) {
        int line = stream.next().line();
        boolean negated = stream.skipName("not");
        String name = dottedName();
        Expr.Arguments arguments = Expr.Arguments.NONE;
        if (stream.isOperator("(")) {
            arguments = arguments();
        } else if (startsTestArgument()) {
            if (stream.isName("is")) {
                throw stream.fail("You cannot chain multiple tests with is");
            }
            Expr argument = postfix(primary());
            arguments = new Expr.Arguments(List.of(argument), List.of(), null, null);
        }
        Expr test = new Expr.Test(target, name, arguments, line);
        return negated ? new Expr.Unary("not", test, line) : test;
    }

    /** One argument of a test may stand without parentheses. */
    private boolean startsTestArgument() {
        return switch (stream.current().type()) {
            case NAME -> !stream.isName("else") && !stream.isName("or") && !stream.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> stream.isOperator("[") || stream.isOperator("{");
            default -> false;
        };
    }
}
