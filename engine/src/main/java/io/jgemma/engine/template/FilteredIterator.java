package io.jgemma.engine.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Those items of an iterator that pass a test, which is asked no earlier than needed. */
final class FilteredIterator implements Iterator<Object> {
    private final Iterator<Object> source;
    private final Predicate<Object> test;
    private @Nullable Object next;

    FilteredIterator(Iterator<Object> source, Predicate<Object> test) {
        this.source = source;
        this.test = test;
    }

    @Override
    public boolean hasNext() {
        while (next == null && source.hasNext()) {
            Object item = source.next();
            if (test.test(item)) {
                next = item;
            }
        }
        return next != null;
    }

    @Override
    public Object next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        return item;
    }
}
