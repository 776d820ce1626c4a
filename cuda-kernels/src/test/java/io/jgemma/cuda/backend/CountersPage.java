package io.jgemma.cuda.backend;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;

/** {@code docs/bench/gpu-counters.md}. */
final class CountersPage {
    private static final int SECTOR = 32;
    private static final int LANES = 32;
    private static final int DP4A = 4;

    private CountersPage() {}

    private static long at(JsonNode kernel, String... path) {
        JsonNode at = kernel;
        for (String name : path) {
            at = at.get(name);
        }
        return at.asLong();
    }

    private static long sum(JsonNode report, String... path) {
        return report.get("kernels").valueStream().mapToLong(k -> at(k, path)).sum();
    }

    /** Multiply-adds on tensor cores over all of them, those in F32 for scales, norms and attention included. */
    static double tensorShare(JsonNode report) {
        double tensor = sum(report, "mmaMultiplyAdds");
        double other = sum(report, "floatMultiplyAdds") + (double) sum(report, "byGroup", "dp4a") * LANES * DP4A;
        return tensor / (tensor + other);
    }

    private static void table(StringBuilder page, JsonNode report) {
        page.append("""

                | kernel | launches | read once, KiB | read, KiB | written, KiB | warp instructions | shared requests | bank conflicts |
                |---|---|---|---|---|---|---|---|
                """);
        for (Map.Entry<String, JsonNode> kernel : report.get("kernels").properties()) {
            JsonNode k = kernel.getValue();
            page.append("| `%s` | %d | %.1f | %.1f | %.1f | %d | %d | %d |\n"
                    .formatted(
                            kernel.getKey(),
                            at(k, "launches"),
                            at(k, "reads", "distinctSectors") * SECTOR / 1024.0,
                            at(k, "reads", "sectors") * SECTOR / 1024.0,
                            at(k, "writes", "sectors") * SECTOR / 1024.0,
                            at(k, "warpInstructions"),
                            at(k, "sharedRequests"),
                            at(k, "bankConflicts")));
        }
    }

    /**
     * The page.
     *
     * @param decode figures of one token through two layers and the output matrix
     * @param decodeBytes bytes of their weights
     * @param prefill figures of 512 rows through one layer
     * @param prefillBytes bytes of its weights
     */
    static String of(JsonNode decode, long decodeBytes, JsonNode prefill, long prefillBytes) {
        StringBuilder page = new StringBuilder("""
                # What kernels read, counted

                Made by `CudaCountersTest` on the stand-in driver, which runs the PTX that ships; the test fails when this page is not what
                it finds and leaves the new one in `cuda-kernels/target/gpu-counters.md`. Sectors are 32 bytes. "Read once" counts a
                sector once a launch, as behind a cache that forgets nothing within one; "read" counts each request. No time is measured
                here, and no cache modelled.

                ## Decode: one token

                Two layers of the shape of Gemma 3 1B (hidden 1152, feed-forward 6912, 4 heads of 256, one K/V head), Q4_0, F16 K and V, 11
                tokens; an output matrix of 1024 rows.

                """);
        long read = sum(decode, "reads", "distinctSectors") * SECTOR;
        page.append(String.format(
                Locale.ROOT,
                """
                | figure | value | bound |
                |---|---|---|
                | weights | %d bytes, each read by exactly one request, all 16 bytes wide, whole sectors | |
                | read over weights | %.4f | 1.05 |
                | bank conflicts over shared requests | %.4f | 0.02 |
                | graph launches | %d | 1 a device |
                | kernels in it | %d | |
                """,
                decodeBytes,
                (double) read / decodeBytes,
                (double) sum(decode, "bankConflicts") / sum(decode, "sharedRequests"),
                at(decode, "graphLaunches"),
                sum(decode, "launches")));
        table(page, decode);
        page.append("""

                Of these a layer has 16: norm and quantize; Q, K and V; norm of heads and RoPE for Q and for K; rounding of K and V; attention
                and its join, which quantizes; K/V store; output; residual and norm; norm and quantize; gate and up with activation and
                quantize; down; residual and norm. A token has the embedding, the gathering of rows, norm, quantize and output matrix
                besides, and a copy for each table of angles. Where it is chosen by the greatest logits, two or three launches find them.

                ## Prefill: 512 rows

                One layer of half that size in every dimension (hidden 576, feed-forward 3456, 2 heads of 128, one K/V head), Q4_0, F16 K
                and V, behind 8 tokens.

                """);
        page.append(String.format(
                Locale.ROOT,
                """
                | figure | value | bound |
                |---|---|---|
                | weights | %d bytes, each read by at most two requests, all 16 bytes wide, whole sectors | 2 |
                | multiply-adds on tensor cores | %.4f | 0.95 |
                | bank conflicts over shared requests | %.4f | 0.02 |
                """,
                prefillBytes,
                tensorShare(prefill),
                (double) sum(prefill, "bankConflicts") / sum(prefill, "sharedRequests")));
        table(page, prefill);
        page.append(ROOFLINE);
        return page.toString();
    }

    private static final String ROOFLINE = """

            ## What that would be on an RTX 3090: an estimate, not a measurement

            Nothing of this ran on such a card. It reads 936 GB/s and has 82 multiprocessors at 1.70 GHz with dense tensor rates of 142
            TFLOPS in F16 with F16 sums, 71 with F32 sums and 284 TOPS in int8. The lower bound on the time of a step is what it reads
            over the first, or what it multiplies over the last, whichever is longer; real kernels stay above it.

            | model, Q4_0 | decode reads | bound | prefill: two int8 products a weight | bound |
            |---|---|---|---|---|
            | Gemma 3 1B (0.70 G in layers, 0.30 G in the output matrix) | 0.56 GB | 1660 tokens/s | 2.8 TOP a thousand rows | 101,000 tokens/s |
            | Llama 2 7B (6.5 G, 0.13 G) | 3.7 GB | 251 tokens/s | 26 TOP | 10,900 tokens/s |
            | Gemma 3 27B (25.6 G, 1.41 G), both cards, layer split | 15.2 GB | 62 tokens/s | 102 TOP | 2,770 tokens/s on one, twice that on two that work at once |

            Attention over K and V is not in these products; where many rows attend it takes two products of F16 with F32 sums for K
            and V in F16, three where they are quantized.

            What llama.cpp's authors and users measured with llama.cpp, on cards and models that are not all the same as above:

            | card | model | decode | prefill | source |
            |---|---|---|---|---|
            | RTX 3090 Ti (1008 GB/s) | Llama 7B Q4_0 | 127 tokens/s | 4,035 tokens/s, 512 rows | [llama.cpp 4812](https://github.com/ggml-org/llama.cpp/pull/4812), January 2024 |
            | RTX 3090 | Llama 8B Q4_0 | | 1,448 tokens/s, 512 rows behind 32,768 tokens | [llama.cpp 17505](https://github.com/ggml-org/llama.cpp/pull/17505) |
            | RTX 3090 | Gemma 3 4B Q4_K_M | 190 tokens/s, 1024 tokens | | [calebcoffie.com](https://calebcoffie.com/benchmarks/gemma-3-4b-it-gguf) |

            """;
}
