// y[i] = f(gate[i]) * up[i], all F32; y may be gate or up.
//   function 0, GELU by tanh: f(x) = x / 2 (1 + tanh z) = x / (1 + e^(-2 z)), z = sqrt(2 / pi) (x + 0.044715 x^3)
//   function 1, SiLU:         f(x) = x / (1 + e^-x)
// The quotient keeps its digits where 1 + tanh z would lose them. Grid: (rows, n / 256 rounded up). Block: 256 threads, an
// element each. No shared memory.
#include <cstddef>

#define THREADS 256

extern "C" __global__ void __launch_bounds__(THREADS) jg_gate(
        float* y, const float* gate, const float* up, int n, int function) {
    int i = blockIdx.y * THREADS + threadIdx.x;
    if (i >= n) return;
    size_t at = (size_t)blockIdx.x * n + i;
    float x = gate[at];
    float exponent = function == 0 ? -1.5957691216057308f * (x + 0.044715f * x * x * x) : -x;
    y[at] = x / (1 + expf(exponent)) * up[at];
}
