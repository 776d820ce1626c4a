package io.jgemma.engine.backend;

/**
 * The place of one layer in the K/V pages.
 *
 * @param layout layout of the layer's group
 * @param group index of the group, i.e. of the page table
 * @param slot index of the layer within its group
 */
public record KvLayer(KvLayout layout, int group, int slot) {}
