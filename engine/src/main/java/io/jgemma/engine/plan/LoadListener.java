package io.jgemma.engine.plan;

/** Receives the progress of loading. */
@FunctionalInterface
public interface LoadListener {
    /**
     * Part of the model is ready.
     *
     * @param doneBytes bytes of weights ready
     * @param totalBytes bytes of all weights
     */
    void loaded(long doneBytes, long totalBytes);

    /**
     * Layers are going to run on devices.
     *
     * @param plan which layers where, and what they need there
     */
    default void planned(DevicePlan plan) {}

    /**
     * Something about the model is doubtful, see {@link io.jgemma.engine.Engine#warnings}. Unless a listener does something else, it is
     * logged, so that it does not pass unseen where nobody asks for the warnings.
     *
     * @param sentence what, for people
     */
    default void doubtful(String sentence) {
        System.getLogger(LoadListener.class.getName()).log(System.Logger.Level.WARNING, sentence);
    }
}
