package io.jgemma.engine;

import io.jgemma.engine.memory.Cleanup;

/** Closes what was opened, last first, unless all went well. */
final class Resources implements AutoCloseable {

    private Cleanup opened = new Cleanup();

    <T extends AutoCloseable> T add(T resource) {
        opened.add(() -> close(resource));
        return resource;
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("could not close after a failed start", e);
        }
    }

    /** All went well: somebody else closes from now on. */
    void keep() {
        opened = new Cleanup();
    }

    @Override
    public void close() {
        opened.run();
    }
}
