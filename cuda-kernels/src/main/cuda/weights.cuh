// Every type of GGUF weights, decoded an element at a time from the blocks of the file. ELEMENTS and BYTES are those of a
// block; value(block, i) is element i, rounded after each step of the type's formula, so that it is bit for bit what the
// processor decodes. Types are numbered as in GGUF. The layouts are told in the engine's classes of the same names.
#pragma once
#include "half.cuh"

#define F32_TYPE 0
#define F16_TYPE 1
#define Q4_0_TYPE 2
#define Q8_0_TYPE 8
#define BF16_TYPE 30

/// The nibble of element i of 32: the low ones are elements 0 to 15.
static __device__ __forceinline__ int nibble(const uint8_t* nibbles, int i) {
    return nibbles[i % 16] >> i / 16 * 4 & 15;
}

/// Bit i of 32 that lie at an even address.
static __device__ __forceinline__ int bit(const uint8_t* bits, int i) {
    return bits[i / 8] >> i % 8 & 1;
}

/// The uneven steps of IQ4_NL and IQ4_XS, eight signed bytes a word.
static __device__ __forceinline__ float unevenStep(int code) {
    const uint64_t low = 0xf6eaddcfbfad9881, high = 0x7159453526190d01;
    return (float)(int8_t)((code < 8 ? low : high) >> code % 8 * 8);
}

struct F32Weight {
    static const int ELEMENTS = 1, BYTES = 4;
    static __device__ __forceinline__ float value(const uint8_t* b, int) { return *reinterpret_cast<const float*>(b); }
};

struct F16Weight {
    static const int ELEMENTS = 1, BYTES = 2;
    static __device__ __forceinline__ float value(const uint8_t* b, int) { return loadHalf(b); }
};

struct BF16Weight {
    static const int ELEMENTS = 1, BYTES = 2;
    static __device__ __forceinline__ float value(const uint8_t* b, int) { return loadBrain(b); }
};

struct Q4_0Weight {
    static const int ELEMENTS = 32, BYTES = 18;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return loadHalf(b) * (float)(nibble(b + 2, i) - 8);
    }
};

struct Q4_1Weight {
    static const int ELEMENTS = 32, BYTES = 20;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return __fadd_rn(__fmul_rn(loadHalf(b), (float)nibble(b + 4, i)), loadHalf(b + 2));
    }
};

struct Q5_0Weight {
    static const int ELEMENTS = 32, BYTES = 22;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return loadHalf(b) * (float)((nibble(b + 6, i) | bit(b + 2, i) << 4) - 16);
    }
};

struct Q5_1Weight {
    static const int ELEMENTS = 32, BYTES = 24;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return __fadd_rn(__fmul_rn(loadHalf(b), (float)(nibble(b + 8, i) | bit(b + 4, i) << 4)), loadHalf(b + 2));
    }
};

struct Q8_0Weight {
    static const int ELEMENTS = 32, BYTES = 34;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return loadHalf(b) * (float)(int8_t)b[2 + i];
    }
};

struct Q2_KWeight {
    static const int ELEMENTS = 256, BYTES = 84;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int group = i / 16, scales = b[group];
        int q = b[16 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
        float scale = __fmul_rn(loadHalf(b + 80), (float)(scales & 15));
        return __fsub_rn(__fmul_rn(scale, (float)q), __fmul_rn(loadHalf(b + 82), (float)(scales >> 4)));
    }
};

struct Q3_KWeight {
    static const int ELEMENTS = 256, BYTES = 110;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int group = i / 16;
        int step = (b[96 + group % 8] >> group / 8 * 4 & 15) | (b[104 + group % 4] >> group / 4 * 2 & 3) << 4;
        int q = (b[32 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3) | (b[i % 32] >> i / 32 & 1) << 2;
        return __fmul_rn(loadHalf(b + 108), (float)(step - 32)) * (float)(q - 4);
    }
};

/// q steps of the scale less the minimum of a group (of eight), both of 6 bits, packed as in Q4_K and Q5_K.
static __device__ __forceinline__ float sixBits(const uint8_t* b, const uint8_t* packed, int group, int q) {
    int scale, least;
    if (group < 4) {
        scale = packed[group] & 63;
        least = packed[4 + group] & 63;
    } else {
        scale = (packed[4 + group] & 15) | packed[group - 4] >> 6 << 4;
        least = packed[4 + group] >> 4 | packed[group] >> 6 << 4;
    }
    float d = __fmul_rn(loadHalf(b), (float)scale), m = __fmul_rn(loadHalf(b + 2), (float)least);
    return __fsub_rn(__fmul_rn(d, (float)q), m);
}

struct Q4_KWeight {
    static const int ELEMENTS = 256, BYTES = 144;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int group = i / 32;
        return sixBits(b, b + 4, group, b[16 + group / 2 * 32 + i % 32] >> group % 2 * 4 & 15);
    }
};

struct Q5_KWeight {
    static const int ELEMENTS = 256, BYTES = 176;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int group = i / 32;
        int q = (b[48 + group / 2 * 32 + i % 32] >> group % 2 * 4 & 15) | (b[16 + i % 32] >> group & 1) << 4;
        return sixBits(b, b + 4, group, q);
    }
};

struct Q6_KWeight {
    static const int ELEMENTS = 256, BYTES = 210;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int half = i / 128, in = i % 128;
        int low = b[half * 64 + in % 64] >> in / 64 * 4 & 15;
        int high = b[128 + half * 32 + in % 32] >> in / 32 * 2 & 3;
        return __fmul_rn(loadHalf(b + 208), (float)(int8_t)b[192 + i / 16]) * (float)((low | high << 4) - 32);
    }
};

struct IQ4_NLWeight {
    static const int ELEMENTS = 32, BYTES = 18;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        return loadHalf(b) * unevenStep(nibble(b + 2, i));
    }
};

struct IQ4_XSWeight {
    static const int ELEMENTS = 256, BYTES = 136;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        int group = i / 32;
        int high = (b[2] | b[3] << 8) >> group * 2 & 3;
        int step = (b[4 + group / 2] >> group % 2 * 4 & 15) | high << 4;
        return __fmul_rn(loadHalf(b), (float)(step - 32)) * unevenStep(nibble(b + 8 + group * 16, i % 32));
    }
};

struct MXFP4Weight {
    static const int ELEMENTS = 32, BYTES = 17;
    static __device__ __forceinline__ float value(const uint8_t* b, int i) {
        uint32_t e = b[0];
        float half = __uint_as_float(e < 2 ? 0x200000u << e : e - 1 << 23);  // 2^(e - 128)
        int code = nibble(b + 1, i);
        int twice = (int)(0xc8643210u >> code % 8 * 4 & 15);
        return half * (float)(code < 8 ? twice : -twice);
    }
};

/// Calls f with the weight of a GGUF type; an unknown one is not called at all.
template <class F> static __device__ __forceinline__ void withWeight(int type, F f) {
    switch (type) {
        case F32_TYPE: return f(F32Weight());
        case F16_TYPE: return f(F16Weight());
        case Q4_0_TYPE: return f(Q4_0Weight());
        case 3: return f(Q4_1Weight());
        case 6: return f(Q5_0Weight());
        case 7: return f(Q5_1Weight());
        case Q8_0_TYPE: return f(Q8_0Weight());
        case 10: return f(Q2_KWeight());
        case 11: return f(Q3_KWeight());
        case 12: return f(Q4_KWeight());
        case 13: return f(Q5_KWeight());
        case 14: return f(Q6_KWeight());
        case 20: return f(IQ4_NLWeight());
        case 23: return f(IQ4_XSWeight());
        case BF16_TYPE: return f(BF16Weight());
        case 39: return f(MXFP4Weight());
    }
}
