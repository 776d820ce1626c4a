package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the statements of a template. */
final class Parser {
    private final TokenStream stream;
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private final Meter meter;
    private final Set<String> blocks = new HashSet<>();

    /** Tags still open, innermost last, for error messages. */
    private final List<String> openTags = new ArrayList<>();

    /** What may end each body being parsed, innermost last. */
    private final List<List<String>> ends = new ArrayList<>();

    /** Loops around the current statement, not counted across a macro's border. */
    private int loops;

    private Parser(List<Token> tokens, Meter meter) {
        this.stream = new TokenStream(tokens);
        this.meter = meter;
        this.expressions = new ExpressionParser(stream, meter);
        this.targets = new TargetParser(stream, expressions);
    }

    static List<Stmt> parse(List<Token> tokens, Meter meter) {
        return new Parser(tokens, meter).statements(List.of());
    }

    /** Statements up to the end of the template, or up to a tag named in {@code until}, which is not consumed. */
    private List<Stmt> statements(List<String> until) {
        meter.enter();
        if (!until.isEmpty()) {
            ends.add(until);
        }
        List<Stmt> body = new ArrayList<>();
        while (!stream.is(Token.Type.EOF)) {
            Token token = stream.next();
            switch (token.type()) {
                case DATA -> body.add(new Stmt.Data(token.text(), token.line()));
                case VARIABLE_BEGIN -> {
                    body.add(new Stmt.Print(List.of(expressions.tuple(true)), token.line()));
                    stream.expect(Token.Type.VARIABLE_END);
                }
                default -> {
                    if (stream.is(Token.Type.NAME)
                            && until.contains(stream.current().text())) {
                        ends.removeLast();
                        meter.leave();
                        return body;
                    }
                    body.add(statement());
                    stream.expect(Token.Type.BLOCK_END);
                }
            }
        }
        if (!until.isEmpty()) {
            throw unfinished(null);
        }
        meter.leave();
        return body;
    }

    private PyError unfinished(@Nullable String unknownTag) {
        StringBuilder message = new StringBuilder(
                unknownTag == null
                        ? "Unexpected end of template."
                        : "Encountered unknown tag " + Printer.quote(unknownTag) + ".");
        if (!ends.isEmpty()) {
            String looking = String.join(
                    " or ", ends.getLast().stream().map(Printer::quote).toList());
            boolean misplaced = unknownTag != null && ends.stream().anyMatch(end -> end.contains(unknownTag));
            message.append(
                    misplaced
                            ? " You probably made a nesting mistake. Jinja is expecting this tag, but currently"
                                    + " looking for "
                            : " Jinja was looking for the following tags: ");
            message.append(looking).append('.');
        }
        if (!openTags.isEmpty()) {
            message.append(" The innermost block that needs to be closed is ");
            message.append(Printer.quote(openTags.getLast())).append('.');
        }
        return stream.fail(message.toString());
    }

    private Stmt statement() {
        if (!stream.is(Token.Type.NAME)) {
            throw stream.fail("tag name expected");
        }
        Token tag = stream.current();
        String name = tag.text();
        int line = tag.line();
        openTags.add(name);
        Stmt statement = switch (name) {
            case "for" -> forLoop();
            case "if" -> condition();
            case "set" -> assignment();
            case "print" -> print();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "block" -> block();
            case "generation" -> generation();
            case "break", "continue" -> loopControl();
            case "extends", "include", "import", "from", "autoescape" ->
                throw PyError.syntax("the tag " + Printer.quote(name) + " is not supported in chat templates", line);
            default -> {
                openTags.removeLast();
                throw unfinished(name);
            }
        };
        openTags.removeLast();
        return statement;
    }

    /** The body of a tag: its end, statements, and the tag that ends it, which is left current. */
    private List<Stmt> body(String... until) {
        stream.skipOperator(":");
        stream.expect(Token.Type.BLOCK_END);
        return statements(List.of(until));
    }

    /** A body with only one possible end, consumed. */
    private List<Stmt> wholeBody(String end) {
        List<Stmt> body = body(end);
        stream.next();
        return body;
    }

    /** A body that runs as a function of its own: no loop around it can be left from inside. */
    private List<Stmt> functionBody(String end) {
        int outer = loops;
        loops = 0;
        List<Stmt> body = wholeBody(end);
        loops = outer;
        return body;
    }

    private Stmt forLoop() {
        int line = stream.next().line();
        Target target = targets.parse(false);
        stream.expectName("in");
        Expr iterable = expressions.tuple(false);
        Expr test = stream.skipName("if") ? expressions.expression() : null;
        boolean recursive = stream.skipName("recursive");
        loops++;
        List<Stmt> body = body("endfor", "else");
        loops--;
        List<Stmt> otherwise = List.of();
        if (stream.next().text().equals("else")) {
            otherwise = wholeBody("endfor");
        }
        return new Stmt.For(target, iterable, test, recursive, body, otherwise, line);
    }

    private Stmt condition() {
        int line = stream.next().line();
        List<Stmt.Branch> branches = new ArrayList<>();
        while (true) {
            Expr test = expressions.tuple(false);
            branches.add(new Stmt.Branch(test, body("elif", "else", "endif")));
            Token end = stream.next();
            if (end.isName("elif")) {
                continue;
            }
            List<Stmt> otherwise = end.isName("else") ? wholeBody("endif") : List.of();
            return new Stmt.If(branches, otherwise, line);
        }
    }

    private Stmt assignment() {
        int line = stream.next().line();
        Target target = targets.parse(true);
        if (stream.skipOperator("=")) {
            return new Stmt.Assign(target, expressions.tuple(true), line);
        }
        Expr.Filter filter = expressions.operands().optionalFilterChain();
        return new Stmt.AssignBlock(target, filter, wholeBody("endset"), line);
    }

    private Stmt print() {
        int line = stream.next().line();
        List<Expr> values = new ArrayList<>();
        while (!stream.is(Token.Type.BLOCK_END)) {
            if (!values.isEmpty()) {
                stream.expectOperator(",");
            }
            values.add(expressions.expression());
        }
        return new Stmt.Print(values, line);
    }

    private Stmt macro() {
        int line = stream.next().line();
        String name = targets.newName();
        Stmt.Params params = parameters();
        return new Stmt.MacroDef(name, params, functionBody("endmacro"), line);
    }

    private Stmt.Params parameters() {
        stream.expectOperator("(");
        List<String> names = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        while (!stream.isOperator(")")) {
            if (!names.isEmpty()) {
                stream.expectOperator(",");
            }
            String name = targets.newName();
            if (names.contains(name)) {
                throw stream.fail("duplicate argument " + Printer.quote(name));
            }
            names.add(name);
            if (stream.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw stream.fail("non-default argument follows default argument");
            }
        }
        stream.expectOperator(")");
        return new Stmt.Params(names, defaults);
    }

    private Stmt callBlock() {
        int line = stream.next().line();
        Stmt.Params params = stream.isOperator("(") ? parameters() : new Stmt.Params(List.of(), List.of());
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw PyError.syntax("expected call", line);
        }
        return new Stmt.CallBlock(params, call, functionBody("endcall"), line);
    }

    private Stmt filterBlock() {
        int line = stream.next().line();
        Expr.Filter filter = expressions.operands().filterChain();
        return new Stmt.FilterBlock(filter, wholeBody("endfilter"), line);
    }

    private Stmt with() {
        int line = stream.next().line();
        List<Stmt.Binding> bindings = new ArrayList<>();
        while (!stream.is(Token.Type.BLOCK_END)) {
            if (!bindings.isEmpty()) {
                stream.expectOperator(",");
            }
            Target target = targets.parse(false);
            stream.expectOperator("=");
            bindings.add(new Stmt.Binding(target, expressions.expression()));
        }
        return new Stmt.With(bindings, wholeBody("endwith"), line);
    }

    private Stmt block() {
        int line = stream.next().line();
        String name = stream.expect(Token.Type.NAME).text();
        boolean scoped = stream.skipName("scoped");
        if (stream.isName("required")) {
            throw stream.fail("a required block cannot be filled in a chat template");
        }
        if (stream.isOperator("-")) {
            throw stream.fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens,"
                    + " use an underscore instead.");
        }
        if (!blocks.add(name)) {
            throw PyError.syntax("block " + Printer.quote(name) + " defined twice", line);
        }
        List<Stmt> body = functionBody("endblock");
        stream.skipName(name);
        return new Stmt.Block(name, scoped, body, line);
    }

    private Stmt generation() {
        int line = stream.next().line();
        return new Stmt.Generation(functionBody("endgeneration"), line);
    }

    private Stmt loopControl() {
        Token token = stream.next();
        if (loops == 0) {
            String problem = token.isName("break") ? "'break' outside loop" : "'continue' not properly in loop";
            throw PyError.syntax(problem, token.line());
        }
        return token.isName("break") ? new Stmt.Break(token.line()) : new Stmt.Continue(token.line());
    }
}
