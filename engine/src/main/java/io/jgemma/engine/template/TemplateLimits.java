package io.jgemma.engine.template;

/**
 * What one render may use before it is stopped with {@link TemplateException.Kind#LIMIT}. A chat template comes out of a
 * downloaded file and is not trusted.
 *
 * @param maxSteps evaluation steps: nodes evaluated, items iterated, and one for every 8 characters or elements of a
 *     value that is built or looked through; 8 more are allowed for each character of the context
 * @param maxOutputChars characters (UTF-16 units) written, summed over the output and all buffers
 * @param maxValueLength length of a single string or list
 * @param maxDepth nesting of expressions, macro calls and of the values that are compared or printed
 * @param maxRangeLength items of {@code range()}
 * @param maxIntegerBits size of an integer
 * @param maxMemoryBytes memory that values and the output take, counted when they are made and never given back; 32 more
 *     are allowed for each character of the context
 */
public record TemplateLimits(
        long maxSteps,
        int maxOutputChars,
        int maxValueLength,
        int maxDepth,
        int maxRangeLength,
        int maxIntegerBits,
        long maxMemoryBytes) {

    /** @throws IllegalArgumentException if a limit is not positive */
    public TemplateLimits {
        if (maxSteps <= 0
                || maxOutputChars <= 0
                || maxValueLength <= 0
                || maxDepth <= 0
                || maxRangeLength <= 0
                || maxIntegerBits <= 0
                || maxMemoryBytes <= 0) {
            throw new IllegalArgumentException("every template limit must be positive");
        }
    }

    /** Limits wide enough for conversations of a million tokens; {@code range()} is bounded as in Jinja's sandbox. */
    public static TemplateLimits defaults() {
        return new TemplateLimits(5_000_000, 32 << 20, 16 << 20, 400, 100_000, 16_384, 64L << 20);
    }
}
