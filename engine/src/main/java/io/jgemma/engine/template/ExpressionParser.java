package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Parses expressions by recursive descent, with the precedence and the oddities of Jinja2. */
final class ExpressionParser {
    private final TokenStream stream;
    private final Meter meter;
    private final OperandParser operands;

    ExpressionParser(TokenStream stream, Meter meter) {
        this.stream = stream;
        this.meter = meter;
        this.operands = new OperandParser(stream, meter, this);
    }

    OperandParser operands() {
        return operands;
    }

    /** What may follow the last comma of a tuple. */
    boolean tupleEnds() {
        return stream.is(Token.Type.VARIABLE_END) || stream.is(Token.Type.BLOCK_END) || stream.isOperator(")");
    }

    /** An expression or, if there are commas, a tuple of them. */
    Expr tuple(boolean conditional) {
        return tuple(() -> conditional ? expression() : or(), false);
    }

    /** What stands in parentheses: an expression or a tuple, which may be empty. */
    Expr parenthesized() {
        return tuple(this::expression, true);
    }

    private Expr tuple(Supplier<Expr> element, boolean parentheses) {
        int line = stream.line();
        List<Expr> items = new ArrayList<>();
        boolean isTuple = false;
        while (true) {
            if (!items.isEmpty()) {
                stream.expectOperator(",");
            }
            if (tupleEnds()) {
                break;
            }
            items.add(element.get());
            if (!stream.isOperator(",")) {
                break;
            }
            isTuple = true;
            line = stream.line();
        }
        if (!isTuple && !items.isEmpty()) {
            return items.getFirst();
        }
        if (!isTuple && !parentheses) {
            throw stream.fail("Expected an expression, got "
                    + Printer.quote(stream.current().describe()));
        }
        return new Expr.TupleOf(items, line);
    }

    /** An expression with {@code a if b else c}. */
    Expr expression() {
        meter.enter();
        int line = stream.line();
        Expr value = or();
        Chain chain = new Chain(meter);
        while (stream.skipName("if")) {
            Expr test = or();
            Expr otherwise = stream.skipName("else") ? expression() : null;
            value = new Expr.Conditional(test, value, otherwise, line);
            chain.link();
        }
        chain.close();
        meter.leave();
        return value;
    }

    private Expr or() {
        return logic("or", this::and);
    }

    private Expr and() {
        return logic("and", this::not);
    }

    private Expr logic(String word, Supplier<Expr> operand) {
        int line = stream.line();
        Expr left = operand.get();
        Chain chain = new Chain(meter);
        while (stream.skipName(word)) {
            left = new Expr.Logic(word.equals("and"), left, operand.get(), line);
            chain.link();
        }
        chain.close();
        return left;
    }

    private Expr not() {
        if (!stream.isName("not")) {
            return compare();
        }
        int line = stream.next().line();
        meter.enter();
        Expr operand = not();
        meter.leave();
        return new Expr.Unary("not", operand, line);
    }

    private Expr compare() {
        int line = stream.line();
        Expr first = sum();
        List<Expr.Operand> rest = new ArrayList<>();
        while (true) {
            Token token = stream.current();
            if (token.type() == Token.Type.OPERATOR
                    && switch (token.text()) {
                        case "==", "!=", "<", "<=", ">", ">=" -> true;
                        default -> false;
                    }) {
                stream.next();
                rest.add(new Expr.Operand(token.text(), sum()));
            } else if (stream.skipName("in")) {
                rest.add(new Expr.Operand("in", sum()));
            } else if (stream.isName("not") && stream.look().isName("in")) {
                stream.next();
                stream.next();
                rest.add(new Expr.Operand("not in", sum()));
            } else {
                return rest.isEmpty() ? first : new Expr.Compare(first, rest, line);
            }
        }
    }

    private Expr sum() {
        return binary(this::concat, "+", "-");
    }

    /** {@code ~} binds tighter than {@code +}. */
    private Expr concat() {
        int line = stream.line();
        Expr first = product();
        if (!stream.isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>();
        parts.add(first);
        while (stream.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts, line);
    }

    private Expr product() {
        return binary(this::power, "*", "/", "//", "%");
    }

    /** Unlike Python's, Jinja's powers group from the left and bind less than a sign. */
    private Expr power() {
        return binary(() -> unary(true), "**");
    }

    private Expr binary(Supplier<Expr> operand, String... operators) {
        int line = stream.line();
        Expr left = operand.get();
        Chain chain = new Chain(meter);
        while (stream.is(Token.Type.OPERATOR)
                && List.of(operators).contains(stream.current().text())) {
            String operator = stream.next().text();
            left = new Expr.Binary(operator, left, operand.get(), line);
            chain.link();
            line = stream.line();
        }
        chain.close();
        return left;
    }

    private Expr unary(boolean withFilters) {
        int line = stream.line();
        Expr value;
        if (stream.isOperator("-") || stream.isOperator("+")) {
            String operator = stream.next().text();
            meter.enter();
            value = new Expr.Unary(operator, unary(false), line);
            meter.leave();
        } else {
            value = operands.primary();
        }
        value = operands.postfix(value);
        return withFilters ? operands.filters(value) : value;
    }
}
