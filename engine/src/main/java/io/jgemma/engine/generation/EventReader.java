package io.jgemma.engine.generation;

import java.time.Duration;
import java.util.Iterator;

/**
 * Reads the events of one generation from the first one, waiting for those that have not happened yet. For one thread; a generation may have
 * several readers, each of which sees all events.
 */
public interface EventReader extends Iterator<GenerationEvent> {

    /**
     * Waits until the next event or the end is there: then {@link #hasNext} tells at once which.
     *
     * @return false when neither came within {@code timeout}, as for a server that must send something then
     * @throws InterruptedException when this thread is interrupted; the generation goes on
     * @throws RuntimeException that which the generation failed with, after its last event
     */
    boolean await(Duration timeout) throws InterruptedException;

    /**
     * Waits for the next event and says whether there is one.
     *
     * @throws java.util.concurrent.CancellationException when this thread is interrupted, which stays interrupted
     * @throws RuntimeException that which the generation failed with, after its last event
     */
    @Override
    boolean hasNext();
}
