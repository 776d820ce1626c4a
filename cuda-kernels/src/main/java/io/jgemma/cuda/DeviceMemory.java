package io.jgemma.cuda;

/** Memory of a device in bytes. */
public record DeviceMemory(long freeBytes, long totalBytes) {}
