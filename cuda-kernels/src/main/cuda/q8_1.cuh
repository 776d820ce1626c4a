// Activations in 8 bits, as integer products take them: Q8_1 with its parts in two arrays.
//   quants[token][half][block][16]  int8 q = round(x / scale); the halves of a block lie apart, so that neighbouring lanes
//                                   read neighbouring 16 bytes
//   heads[token][block]             scale = max |x| / 127, and the integer sum of the 32 q
// A weight d (w - 8) then gives with activations x sum_i d (w_i - 8) x_i = d scale (sum_i w_i q_i - 8 sum_i q_i), exact up to the last product.
#pragma once

#define BLOCK 32

struct __align__(8) Q8_1Head {
    float scale;
    int sum;
};
