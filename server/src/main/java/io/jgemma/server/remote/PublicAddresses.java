package io.jgemma.server.remote;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Tells addresses of the public Internet from those of this machine and its surroundings, by IANA's registries of
 * special-purpose addresses (RFC 6890). Addresses of IPv6 that lead to one of IPv4 count as that one.
 */
final class PublicAddresses {
    /** First address and length in bits of blocks of IPv4 that are not global; multicast and later ones are apart. */
    private static final int[][] SPECIAL = {
        {0x00000000, 8}, // this network
        {0x0A000000, 8}, // private
        {0x64400000, 10}, // shared by providers
        {0x7F000000, 8}, // loopback
        {0xA9FE0000, 16}, // link-local
        {0xAC100000, 12}, // private
        {0xC0000000, 24}, // protocol assignments
        {0xC0000200, 24}, // documentation
        {0xC0586300, 24}, // relays from IPv6
        {0xC0A80000, 16}, // private
        {0xC6120000, 15}, // benchmarks
        {0xC6336400, 24}, // documentation
        {0xCB007100, 24}, // documentation
    };

    private static final int MULTICAST = 0xE0;
    private static final int BITS = 32;

    private PublicAddresses() {}

    /** Whether an address is one of the public Internet. */
    static boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic(word(bytes, 0)) : isPublic(bytes);
    }

    private static boolean isPublic(int address) {
        if (address >>> 24 >= MULTICAST) {
            return false;
        }
        for (int[] block : SPECIAL) {
            if ((address ^ block[0]) >>> (BITS - block[1]) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Of IPv6, the block 2000::/3 is global; 64:ff9b::/96 and 2002::/16 hold addresses of IPv4. */
    private static boolean isPublic(byte[] address) {
        int first = word(address, 0);
        if (first == 0x0064FF9B && word(address, 4) == 0 && word(address, 8) == 0) {
            return isPublic(word(address, 12));
        }
        if (first >>> 16 == 0x2002) {
            return isPublic(word(address, 2));
        }
        boolean protocols = first >>> 9 == 0x20010000 >>> 9; // 2001::/23
        boolean documentation = first == 0x20010DB8 || first >>> 12 == 0x3FFF0;
        return first >>> 29 == 1 && !protocols && !documentation;
    }

    private static int word(byte[] bytes, int from) {
        return ((bytes[from] & 0xFF) << 24)
                | ((bytes[from + 1] & 0xFF) << 16)
                | ((bytes[from + 2] & 0xFF) << 8)
                | (bytes[from + 3] & 0xFF);
    }
}
