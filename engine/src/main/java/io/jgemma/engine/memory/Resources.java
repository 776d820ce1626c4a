package io.jgemma.engine.memory;

/** Closes what was opened, last first, unless all went well. */
public final class Resources implements AutoCloseable {

    private Cleanup opened = new Cleanup();

    /** Nothing is opened yet. */
    public Resources() {}

    /** Something that was opened. */
    public <T extends AutoCloseable> T add(T resource) {
        return opened.closing(resource);
    }

    /** All went well: somebody else closes from now on. */
    public void keep() {
        opened = new Cleanup();
    }

    @Override
    public void close() {
        opened.run();
    }
}
