package io.jgemma.cuda;

/**
 * How a kernel is spread.
 *
 * @param blocksX blocks along x, and so on
 * @param threads threads of a block, along x
 * @param sharedBytes dynamic shared memory of a block
 */
public record LaunchShape(int blocksX, int blocksY, int blocksZ, int threads, int sharedBytes) {

    public static LaunchShape of(int blocksX, int blocksY, int threads) {
        return new LaunchShape(blocksX, blocksY, 1, threads, 0);
    }
}
