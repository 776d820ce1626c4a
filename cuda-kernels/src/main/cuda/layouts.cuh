// The layouts of repacked weights by the number that GGUF gives their type.
#pragma once
#include "q4_0.cuh"
#include "q4_k.cuh"
#include "q6_k.cuh"
#include "q8_0.cuh"

#define Q4_K_TYPE 12
#define Q6_K_TYPE 14

/// Calls f with the weights of a type; types without a layout are not called at all.
template <class F> static __device__ __forceinline__ void withPacked(int type, const uint8_t* w, int rows, int columns, F f) {
    switch (type) {
        case Q4_0_TYPE: return f(Q4_0Packed(w, rows, columns));
        case Q8_0_TYPE: return f(Q8_0Packed(w, rows, columns));
        case Q4_K_TYPE: return f(Q4_KPacked(w, rows, columns));
        case Q6_K_TYPE: return f(Q6_KPacked(w, rows, columns));
    }
}
