package io.jgemma.engine.tensor;

/**
 * A piece of a backend's memory. Only the backend that made it can look inside; everybody else passes it on.
 *
 * <p>Whoever allocates a buffer closes it. Closing returns the memory at once; a second close does nothing.
 */
public interface Buffer extends AutoCloseable {

    /** Size in bytes. */
    long byteSize();

    @Override
    void close();
}
