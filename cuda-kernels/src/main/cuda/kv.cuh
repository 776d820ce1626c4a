// Where K and V of one sequence lie for one group of layers, as the host writes it in front of the addresses: 64-bit words only. The
// layout of pages, quantized tiles and recent tiles is told in io.jgemma.engine.backend.KvLayout.
#pragma once
#include "weights.cuh"

#define PAGE_TOKENS 256
#define TILE_TOKENS 32
#define PAGE_TILES (PAGE_TOKENS / TILE_TOKENS)

typedef long long Word;

/// K or V of the layers.
struct KvSide {
    Word type;    // GGUF number of what pages hold; of blocks: the side is quantized
    Word dim;     // elements of a vector
    Word page;    // byte within a head of a page where the side begins, with the mean where there is one
    Word recent;  // byte within a head of a recent tile where the side begins
    Word mean;    // bytes of the mean; 0 for V and plain K
};

struct KvSpan {
    Word position;     // of the first row
    Word rows;
    Word window;       // tokens a row sees; 0 = all
    Word tailStart;    // first token of the tail: quantized sides have those before it in pages
    Word nextTail;     // the same after the rows are stored
    Word sink;         // word of this table that holds the address of recent tile 0, which stays in F16; 0 = it does not
    Word heads;        // K/V heads
    Word pageLayer;    // bytes from one layer to the next in a page
    Word recentLayer;  // bytes from one layer to the next in a recent tile
    Word pageHead;     // bytes from one head to the next in a page
    Word recentHead;   // bytes from one head to the next in a recent tile
    Word pages;        // word of this table that would hold the address of page 0
    Word recents;      // word of this table that would hold the address of recent tile 0
    Word ends;         // word of this table that holds the visible end of row 0; 0 = each row sees up to itself
    Word firstTile;    // that storing writes, in a page or as a recent one
    KvSide keys, values;
};

/// One head of one layer in a table.
struct KvHead {
    const Word* table;
    int layer, head;

    __device__ __forceinline__ const KvSpan& span() const { return *reinterpret_cast<const KvSpan*>(table); }

    /// Where this head's K or V begins in a page.
    __device__ __forceinline__ uint8_t* inPage(const KvSide& side, int page) const {
        uint8_t* at = reinterpret_cast<uint8_t*>(table[span().pages + page]);
        return at + layer * span().pageLayer + head * span().pageHead + side.page;
    }

    /// Where this head's K or V begins in a recent tile.
    __device__ __forceinline__ uint8_t* inRecentTile(const KvSide& side, int tile) const {
        Word word = tile == 0 && span().sink ? span().sink : span().recents + tile;
        uint8_t* at = reinterpret_cast<uint8_t*>(table[word]);
        return at + layer * span().recentLayer + head * span().recentHead + side.recent;
    }
};

static __device__ __forceinline__ bool isTiled(const KvSide& side) {
    return side.type == Q4_0_TYPE || side.type == Q8_0_TYPE;
}

/// Up to 32 tokens of one head that lie in one place.
struct KvTile {
    const uint8_t* at;    // plain: the first token's vector; quantized: the tile
    const uint8_t* mean;  // F16 [dim] that a quantized K was stored less of
    Word stride;          // bytes from one plain vector to the next
    int type;
};

/// Tokens 32 tile to 32 tile + 31 of the cache.
static __device__ __forceinline__ KvTile cachedTile(const KvHead& head, const KvSide& side, int tile) {
    bool exact = tile * TILE_TOKENS >= head.span().tailStart || (tile == 0 && head.span().sink);
    if (isTiled(side) && exact) return {head.inRecentTile(side, tile), nullptr, side.dim * 2, F16_TYPE};
    const uint8_t* page = head.inPage(side, tile / PAGE_TILES);
    if (!isTiled(side)) {
        Word stride = side.dim * (side.type == F32_TYPE ? 4 : 2);
        return {page + tile % PAGE_TILES * TILE_TOKENS * stride, nullptr, stride, (int)side.type};
    }
    Word tileBytes = side.dim * (side.type == Q4_0_TYPE ? Q4_0Weight::BYTES : Q8_0Weight::BYTES);
    return {page + side.mean + tile % PAGE_TILES * tileBytes, page, 0, (int)side.type};
}

/// Rows of the pass from `row` on, F32 [rows, kv heads * dim].
static __device__ __forceinline__ KvTile passTile(const KvHead& head, const KvSide& side, const float* rows, int row) {
    Word stride = head.span().heads * side.dim;
    const float* first = rows + row * stride + head.head * side.dim;
    return {reinterpret_cast<const uint8_t*>(first), nullptr, stride * 4, F32_TYPE};
}

/// The first token that a row of the pass sees.
static __device__ __forceinline__ int firstSeen(const KvSpan& span, int row) {
    return span.window ? max(0, (int)(span.position + row - span.window) + 1) : 0;
}

/// The end of what a row of the pass sees.
static __device__ __forceinline__ int endSeen(const KvSpan& span, const Word* table, int row) {
    return (int)(span.ends ? table[span.ends + row] : span.position + row + 1);
}

/// Tokens `from` to `to`, exclusive, in tiles: first those of the cache, the last of them perhaps not full, then those of the pass.
struct KvTiles {
    int position, from, to, cached, first, end;

    __device__ __forceinline__ KvTiles(const KvSpan& span, int from, int to)
        : position((int)span.position), from(from), to(to), cached((position + TILE_TOKENS - 1) / TILE_TOKENS) {
        first = from < position ? from / TILE_TOKENS : cached + (from - position) / TILE_TOKENS;
        end = cached + (to - position + TILE_TOKENS - 1) / TILE_TOKENS;
    }

    __device__ __forceinline__ bool inPass(int tile) const { return tile >= cached; }

    /// The first token of a tile.
    __device__ __forceinline__ int start(int tile) const {
        return inPass(tile) ? position + (tile - cached) * TILE_TOKENS : tile * TILE_TOKENS;
    }

    /// Tokens within the tile.
    __device__ __forceinline__ int fromIn(int tile) const { return max(0, from - start(tile)); }
    __device__ __forceinline__ int endIn(int tile) const {
        return min(TILE_TOKENS, (inPass(tile) ? to : min(to, position)) - start(tile));
    }

    /// K or V of a tile; `rows` are those of the pass.
    __device__ __forceinline__ KvTile at(int tile, const KvHead& head, const KvSide& side, const float* rows) const {
        return inPass(tile) ? passTile(head, side, rows, start(tile) - position) : cachedTile(head, side, tile);
    }
};

/// Element e of a quantized tile of `dim` blocks, scales first: e / 32 is the block.
template <class W> static __device__ __forceinline__ float tileValue(const uint8_t* tile, int dim, int e) {
    int block = e / 32, i = e % 32;
    const uint8_t* values = tile + dim * 2 + block * (W::BYTES - 2);
    int q = W::BYTES == Q4_0Weight::BYTES ? nibble(values, i) - 8 : (int)(int8_t)values[i];
    return loadHalf(tile + block * 2) * (float)q;
}
