package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. Items are fetched one ahead only when a template asks what comes next. */
final class LoopContext implements PyCallable {
    private final Meter meter;
    private final int depth0;

    /** Renders the loop's body for other items at a greater depth; null if the loop is not recursive. */
    private final @Nullable BiFunction<Object, Integer, Object> recurse;

    private Iterator<Object> iterator;
    private int length;
    private int index0 = -1;
    private Object current = Special.MISSING;
    private Object previous = Special.MISSING;
    private Object ahead = Special.MISSING;
    private @Nullable PyTuple lastChanged;

    /** @param knownLength number of items, or -1 if counting them means fetching them */
    LoopContext(
            Meter meter,
            Iterator<Object> iterator,
            int knownLength,
            int depth0,
            @Nullable BiFunction<Object, Integer, Object> recurse) {
        this.meter = meter;
        this.iterator = iterator;
        this.length = knownLength;
        this.depth0 = depth0;
        this.recurse = recurse;
    }

    boolean advance() {
        Object next = peek();
        if (next == Special.MISSING) {
            return false;
        }
        ahead = Special.MISSING;
        index0++;
        previous = current;
        current = next;
        return true;
    }

    Object current() {
        return current;
    }

    private Object peek() {
        if (ahead == Special.MISSING && iterator.hasNext()) {
            ahead = iterator.next();
        }
        return ahead;
    }

    /** Counts the items; those still to come are fetched if their number is not known. */
    int length() {
        if (length < 0) {
            List<Object> rest = new ArrayList<>();
            while (iterator.hasNext()) {
                meter.step();
                meter.memory(Meter.ITEM_BYTES);
                rest.add(iterator.next());
            }
            iterator = rest.iterator();
            length = rest.size() + index0 + 1 + (ahead == Special.MISSING ? 0 : 1);
        }
        return length;
    }

    /** What iterating over {@code loop} itself yields: the remaining items, each paired with it. */
    Iterator<Object> pairs() {
        LoopContext self = this;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return peek() != Special.MISSING;
            }

            @Override
            public Object next() {
                advance();
                return PyTuple.of(current, self);
            }
        };
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index0 + 1L;
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> (long) length() - index0 - 1;
            case "first" -> index0 == 0;
            case "last" -> peek() == Special.MISSING;
            case "length" -> (long) length();
            case "depth" -> depth0 + 1L;
            case "depth0" -> (long) depth0;
            case "previtem" -> index0 == 0 ? Undefined.hint("there is no previous item") : previous;
            case "nextitem" -> peek() == Special.MISSING ? Undefined.hint("there is no next item") : ahead;
            case "cycle" -> Builtin.method("cycle", (in, args) -> cycle(args.noKeywords("cycle")));
            case "changed" -> Builtin.method("changed", (in, args) -> changed(args.noKeywords("changed")));
            default -> null;
        };
    }

    private Object cycle(Args args) {
        if (args.positional().isEmpty()) {
            throw PyError.type("no items for cycling given");
        }
        return args.positional().get(index0 % args.positional().size());
    }

    private Object changed(Args args) {
        PyTuple values = PyTuple.of(args.positional());
        boolean changed = lastChanged == null || !Values.equal(meter, lastChanged, values);
        lastChanged = values;
        return changed;
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }

    @Override
    public String describe() {
        return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
    }

    @Override
    public Object call(Interpreter in, Args args) {
        Object[] bound = Signature.of("LoopContext.__call__", "iterable").bind(args);
        if (recurse == null) {
            throw PyError.type("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recurse.apply(bound[0], depth0 + 1);
    }
}
