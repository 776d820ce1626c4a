// What gates the feed-forward:
//   function 0, GELU by tanh: f(x) = x / 2 (1 + tanh z) = x / (1 + e^(-2 z)), z = sqrt(2 / pi) (x + 0.044715 x^3)
//   function 1, SiLU:         f(x) = x / (1 + e^-x)
// The quotient keeps its digits where 1 + tanh z would lose them.
#pragma once

static __device__ __forceinline__ float activation(float x, int function) {
    float exponent = function == 0 ? -1.5957691216057308f * (x + 0.044715f * x * x * x) : -x;
    return x / (1 + expf(exponent));
}
