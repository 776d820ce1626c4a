/**
 * Kernels whose machine code is assembled when the engine starts.
 *
 * <p>A kernel for weights is one point on four axes, and each axis has its home:
 * <ul>
 * <li>instructions: {@code Isa} names the tiers (AVX2, AVX-VNNI, AVX-512 VNNI, and with VBMI), {@code Width} the registers. A kernel that exists for
 *     both widths takes the width as a parameter.
 * <li>format: blocks of 32 ({@code BlockFormat}) and of 256 ({@code SuperBlocks}); how they lie in memory: rows as in the file, or groups
 *     of rows side by side ({@code RowGroups}).
 * <li>rows of activations: few are multiplied with weights as they lie, many with panels, which are weights unpacked to bytes or
 *     words. From 6 rows on panels pay.
 * <li>bits of activations: 16, or 8 where asked for.
 * </ul>
 *
 * <p>The packages, each importing only those before it:
 * <ol>
 * <li>{@code assembler}: instructions, memory to run code from, what the processor can do.
 * <li>{@code weights}: formats, the rounding of activations, products with rows as mapped and with floats.
 * <li>{@code weights.groups}: repacked weights and their products.
 * <li>{@code weights.panels}: unpacking to panels and products with many rows of activations.
 * <li>{@code elements}: norms, gates, rotation, conversions.
 * <li>{@code attention}: scores, softmax and weighted values over tiles of the K/V cache.
 * </ol>
 * This package puts one set together for a processor. Imports {@code cpu.kernel}, {@code quant}, {@code spec}.
 */
@NullMarked
package io.jgemma.engine.cpu.x86;

import org.jspecify.annotations.NullMarked;
