package io.jgemma.engine.selftest;

import io.jgemma.engine.tensor.Tensor;

/**
 * An operation to be compared and timed.
 *
 * @param name for people
 * @param bound the most that the error relative to the CPU may be, as in {@link SelfTestResult}
 * @param setup makes operands
 */
record SelfTestCase(String name, double bound, Setup setup) {

    /**
     * An operation with its operands.
     *
     * @param run computes; may be called again and again
     * @param result F32, what it computes
     * @param bytes that it must read and write at least; 0 where time says nothing
     */
    record Work(Runnable run, Tensor result, long bytes) {}

    /** Makes the operands of one backend; the same for each. */
    interface Setup {
        /**
         * Makes them.
         *
         * @param memory of the backend
         * @param bytes about so many are to be read and written
         */
        Work prepare(SelfTestMemory memory, long bytes);
    }
}
