package io.jgemma.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened, last first, unless all went well. */
final class Resources implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /** All went well: somebody else closes from now on. */
    void keep() {
        opened.clear();
    }

    @Override
    public void close() {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("could not close after a failed start", e);
            }
        }
    }
}
