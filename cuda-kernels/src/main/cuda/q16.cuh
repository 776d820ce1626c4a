// Activations in 16 bits, as integer products take them, in two arrays. 8 bits would do for speed alone, but cost digits that
// the processor's kernels keep; a decode step waits for weights anyway.
//   quants[token][part][block][16]  q = round(x / scale) = 256 high + low. Parts 0 and 1 are the high bytes (int8) of elements
//                                   0..15 and 16..31 of the block, parts 2 and 3 the low ones (uint8); they lie apart, so
//                                   that neighbouring lanes read neighbouring 16 bytes
//   heads[token][block]             scale = max |x| / 32767, and the integer sum of the 32 q
// A weight d (w - 8) then gives with activations x sum_i d (w_i - 8) x_i = d scale (sum_i w_i q_i - 8 sum_i q_i), where the
// integers are exact and fit F32.
#pragma once

#define BLOCK 32
#define PARTS 4

struct __align__(8) Q16Head {
    float scale;
    int sum;
};
