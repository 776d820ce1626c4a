package io.jgemma.cuda.jcuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** Addresses as JCuda wants them. */
final class Address {
    private Address() {}

    /** Memory of the host at {@code address}. */
    static Pointer host(long address) {
        return new Host(address);
    }

    /** Memory of a device at {@code address}. */
    static CUdeviceptr device(long address) {
        return new Device(address);
    }

    static final class Host extends Pointer {
        Host(long address) {
            super(address);
        }

        long address() {
            return getNativePointer() + getByteOffset();
        }
    }

    /** An offset from address 0; a fresh one is filled in by an allocation. */
    static final class Device extends CUdeviceptr {
        Device(long address) {
            super(new CUdeviceptr(), address);
        }

        long address() {
            return getNativePointer() + getByteOffset();
        }
    }
}
