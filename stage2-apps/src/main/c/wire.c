/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pod's network name space is made as for any pod. Here each of its interfaces is joined by a
 * bridge to a tap that the machine's network card hangs on, and its addresses and routes move on
 * into the machine. They also stay where they are, deaf, for whoever takes the network down.
 *
 *   interfaces: count | per interface: name (16 bytes), hardware address (8), mtu
 *   addresses: count | per address: interface, prefix length, address
 *   routes: count | per route: interface, prefix length, destination, gateway, source, scope
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "machine.h"

#define RECORDS 64
#define NO_PREFIX_ROUTE 0x200u

struct wire_interface {
    char name[16];
    unsigned char address[8];
    uint32_t mtu;
};

struct wire_address {
    uint32_t interface;
    uint32_t length;
    uint32_t address; /* as on the wire, like all others */
};

struct wire_route {
    uint32_t interface;
    uint32_t length;
    uint32_t destination;
    uint32_t gateway;
    uint32_t source;
    uint32_t scope;
};

struct wire {
    uint32_t interfaces;
    uint32_t addresses;
    uint32_t routes;
    struct wire_interface interface[TAPS];
    struct wire_address address[RECORDS];
    struct wire_route route[RECORDS];
};

static void set_name(struct ifreq *request, const char *name) {
    size_t length = strlen(name);

    memset(request, 0, sizeof(*request));
    if (length >= sizeof(request->ifr_name))
        die(ENAMETOOLONG, "use interface", name);
    memcpy(request->ifr_name, name, length);
}

static void must(int fd, unsigned long what, struct ifreq *request, const char *verb) {
    if (ioctl(fd, (int)what, request) < 0)
        die(errno, verb, request->ifr_name);
}

static void bring_up(int fd, const char *name) {
    struct ifreq request;

    set_name(&request, name);
    must(fd, SIOCGIFFLAGS, &request, "look at interface");
    request.ifr_flags |= IFF_UP;
    must(fd, SIOCSIFFLAGS, &request, "start interface");
}

static int interface_index(int fd, const char *name) {
    struct ifreq request;

    set_name(&request, name);
    must(fd, SIOCGIFINDEX, &request, "find interface");
    return request.ifr_ifindex;
}

static void set_mtu(int fd, const char *name, uint32_t mtu) {
    struct ifreq request;

    set_name(&request, name);
    request.ifr_mtu = (int)mtu;
    must(fd, SIOCSIFMTU, &request, "set the packet size of");
}

/* A new tap, open; it goes with its descriptor. */
static int open_tap(const char *name) {
    struct ifreq request;
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        die(errno, "open", "/dev/net/tun");
    set_name(&request, name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    must(fd, TUNSETIFF, &request, "make tap");
    return fd;
}

static void enslave(int fd, const char *bridge, const char *port) {
    struct ifreq request;

    set_name(&request, bridge);
    request.ifr_ifindex = interface_index(fd, port);
    must(fd, SIOCBRADDIF, &request, "join interfaces to bridge");
}

/* Joins an interface of the pod to a tap. */
static int join(int fd, unsigned number, const char *name, uint32_t mtu) {
    char bridge[] = {'r', 'k', 't', 'b', 'r', (char)('0' + number), 0};
    char tap[] = {'r', 'k', 't', 't', 'a', 'p', (char)('0' + number), 0};
    int open_one = open_tap(tap);

    if (ioctl(fd, SIOCBRADDBR, bridge) < 0)
        die(errno, "make bridge", bridge);
    set_mtu(fd, tap, mtu);
    enslave(fd, bridge, name);
    enslave(fd, bridge, tap);
    bring_up(fd, name);
    bring_up(fd, tap);
    bring_up(fd, bridge);
    return open_one;
}

/* The name space itself answers nobody: its addresses are the machine's now. */
static void make_deaf(void) {
    int fd = open("/proc/sys/net/ipv4/conf/all/arp_ignore", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "8", 1) != 1)
        die(errno, "set", "net.ipv4.conf.all.arp_ignore");
    (void)close(fd);
}

static uint32_t attribute_number(const struct rtattr *attribute) {
    uint32_t number = 0;

    if (RTA_PAYLOAD(attribute) >= sizeof(number))
        memcpy(&number, RTA_DATA(attribute), sizeof(number));
    return number;
}

static bool is_attribute(const struct rtattr *attribute, size_t left) {
    return left >= sizeof(*attribute) && attribute->rta_len >= sizeof(*attribute) &&
           attribute->rta_len <= left;
}

static struct rtattr *next_attribute(struct rtattr *attribute, size_t *left) {
    size_t size = RTA_ALIGN((size_t)attribute->rta_len);

    *left = size < *left ? *left - size : 0;
    return (void *)((char *)attribute + size);
}

/* The number, from 1, of the interface with an index; 0 if it is none of the pod's. */
static uint32_t number_of(const int *indexes, uint32_t count, uint32_t index) {
    for (uint32_t i = 0; i < count; i++)
        if ((uint32_t)indexes[i] == index)
            return i + 1;
    return 0;
}

static void add_address(struct wire *wire, const int *indexes, struct nlmsghdr *header) {
    struct ifaddrmsg *message = NLMSG_DATA(header);
    size_t left = IFA_PAYLOAD(header);
    struct wire_address found = {number_of(indexes, wire->interfaces, message->ifa_index),
                                 message->ifa_prefixlen, 0};

    for (struct rtattr *a = IFA_RTA(message); is_attribute(a, left); a = next_attribute(a, &left))
        if (a->rta_type == IFA_LOCAL)
            found.address = attribute_number(a);
    if (found.interface != 0 && wire->addresses < RECORDS)
        wire->address[wire->addresses++] = found;
}

static void add_route(struct wire *wire, const int *indexes, struct nlmsghdr *header) {
    struct rtmsg *message = NLMSG_DATA(header);
    size_t left = RTM_PAYLOAD(header);
    struct wire_route found = {.length = message->rtm_dst_len, .scope = message->rtm_scope};

    if (message->rtm_table != RT_TABLE_MAIN || message->rtm_type != RTN_UNICAST)
        return;
    for (struct rtattr *a = RTM_RTA(message); is_attribute(a, left); a = next_attribute(a, &left)) {
        if (a->rta_type == RTA_DST)
            found.destination = attribute_number(a);
        else if (a->rta_type == RTA_GATEWAY)
            found.gateway = attribute_number(a);
        else if (a->rta_type == RTA_PREFSRC)
            found.source = attribute_number(a);
        else if (a->rta_type == RTA_OIF)
            found.interface = number_of(indexes, wire->interfaces, attribute_number(a));
    }
    if (found.interface != 0 && wire->routes < RECORDS)
        wire->route[wire->routes++] = found;
}

/* Asks for all addresses, or all routes, of the name space we are in. */
static void dump(struct wire *wire, const int *indexes, uint16_t type) {
    struct {
        struct nlmsghdr header;
        struct rtgenmsg family;
    } request = {{sizeof(request), type, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_INET}};
    _Alignas(16) char bytes[16384];
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0)
        die(errno, "ask for the pod's addresses", NULL);
    for (bool done = false; !done;) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

        if (n <= 0)
            die(errno, "learn the pod's addresses", NULL);
        for (struct nlmsghdr *h = (void *)bytes; NLMSG_OK(h, (uint32_t)n); h = NLMSG_NEXT(h, n)) {
            if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
                done = true;
            else if (h->nlmsg_type == RTM_NEWADDR)
                add_address(wire, indexes, h);
            else if (h->nlmsg_type == RTM_NEWROUTE)
                add_route(wire, indexes, h);
        }
    }
    (void)close(fd);
}

/* "02:ab:..." as bytes; the plan has it right. */
static void parse_address(const char *text, unsigned char *bytes) {
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < 6 && strlen(text) >= 2; i++, text += text[2] == ':' ? 3 : 2) {
        const char *high = strchr(digits, text[0]);
        const char *low = strchr(digits, text[1]);

        if (high != NULL && low != NULL)
            bytes[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
}

static void wire_up(const struct machine_plan *plan, struct wire *wire, int *ret_taps) {
    int indexes[TAPS];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        die(errno, "make a socket", NULL);
    wire->interfaces = plan->interfaces.count;
    for (uint32_t i = 0; i < wire->interfaces; i++) {
        struct wire_interface *one = &wire->interface[i];
        struct ifreq request;

        set_name(&request, plan->interfaces.item[i]);
        memcpy(one->name, request.ifr_name, sizeof(one->name));
        parse_address(plan->addresses.item[i], one->address);
        must(fd, SIOCGIFMTU, &request, "look at interface");
        one->mtu = (uint32_t)request.ifr_mtu;
        indexes[i] = interface_index(fd, plan->interfaces.item[i]);
    }
    dump(wire, indexes, RTM_GETADDR);
    dump(wire, indexes, RTM_GETROUTE);
    make_deaf();
    for (uint32_t i = 0; i < wire->interfaces; i++)
        ret_taps[i] = join(fd, i, plan->interfaces.item[i], wire->interface[i].mtu);
    (void)close(fd);
}

/* Joins the pod's interfaces to taps; what the guest is to know of them, and its size. */
uint32_t wire_host(const struct machine_plan *plan, int *ret_taps, unsigned char *ret_network,
                   uint32_t room) {
    static COLD_ZEROS struct wire wire;
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int ns = open(plan->netns, O_RDONLY | O_CLOEXEC);

    if (own < 0 || ns < 0 || setns(ns, CLONE_NEWNET) < 0)
        die(errno, "join network name space", plan->netns);
    wire_up(plan, &wire, ret_taps);
    if (setns(own, CLONE_NEWNET) < 0)
        die(errno, "return from network name space", plan->netns);
    (void)close(own);
    (void)close(ns);
    if (sizeof(wire) > room)
        die(E2BIG, "describe the network", NULL);
    memcpy(ret_network, &wire, sizeof(wire));
    return sizeof(wire);
}

/* ---- in the guest ---- */

struct netlink_request {
    struct nlmsghdr header;
    union {
        struct ifaddrmsg address;
        struct rtmsg route;
    } message;
    char attributes[128];
};

static void add_attribute(struct netlink_request *request, uint16_t type, uint32_t number) {
    struct rtattr *at = (void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

    at->rta_type = type;
    at->rta_len = RTA_LENGTH(sizeof(number));
    memcpy(RTA_DATA(at), &number, sizeof(number));
    request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + at->rta_len;
}

static void tell_kernel(int fd, struct netlink_request *request, const char *verb) {
    _Alignas(16) char bytes[1024];
    struct nlmsghdr *answer = (void *)bytes;
    struct nlmsgerr *result = NLMSG_DATA(answer);
    ssize_t n;

    request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
    if (send(fd, request, request->header.nlmsg_len, 0) < 0)
        die(errno, verb, NULL);
    n = recv(fd, bytes, sizeof(bytes), 0);
    if (n < (ssize_t)NLMSG_LENGTH(sizeof(*result)) || answer->nlmsg_type != NLMSG_ERROR)
        die(EPROTO, verb, NULL);
    if (result->error != 0 && result->error != -EEXIST)
        die(result->error, verb, NULL);
}

/* The index of the card with a hardware address. */
static int find_card(int fd, const unsigned char *address) {
    for (int index = 1; index < 64; index++) {
        struct ifreq request = {0};

        request.ifr_ifindex = index;
        if (ioctl(fd, SIOCGIFNAME, &request) < 0 || ioctl(fd, SIOCGIFHWADDR, &request) < 0)
            continue;
        if (memcmp(request.ifr_hwaddr.sa_data, address, 6) == 0)
            return index;
    }
    die(ENODEV, "find the network card", NULL);
}

static void rename_card(int fd, int index, const char *name) {
    struct ifreq request = {0};

    request.ifr_ifindex = index;
    must(fd, SIOCGIFNAME, &request, "look at interface");
    if (strcmp(request.ifr_name, name) == 0)
        return;
    memcpy(request.ifr_newname, name, strlen(name) + 1);
    must(fd, SIOCSIFNAME, &request, "rename interface");
}

static void set_address(int netlink, int index, const struct wire_address *one) {
    struct netlink_request request = {0};

    request.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrmsg));
    request.header.nlmsg_type = RTM_NEWADDR;
    request.message.address.ifa_family = AF_INET;
    request.message.address.ifa_prefixlen = (unsigned char)one->length;
    request.message.address.ifa_index = (unsigned)index;
    add_attribute(&request, IFA_LOCAL, one->address);
    add_attribute(&request, IFA_ADDRESS, one->address);
    add_attribute(&request, IFA_FLAGS, NO_PREFIX_ROUTE);
    tell_kernel(netlink, &request, "set an address");
}

static void set_route(int netlink, int index, const struct wire_route *one) {
    struct netlink_request request = {0};

    request.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg));
    request.header.nlmsg_type = RTM_NEWROUTE;
    request.message.route.rtm_family = AF_INET;
    request.message.route.rtm_dst_len = (unsigned char)one->length;
    request.message.route.rtm_table = RT_TABLE_MAIN;
    request.message.route.rtm_protocol = RTPROT_STATIC;
    request.message.route.rtm_scope = (unsigned char)one->scope;
    request.message.route.rtm_type = RTN_UNICAST;
    if (one->length != 0)
        add_attribute(&request, RTA_DST, one->destination);
    if (one->gateway != 0)
        add_attribute(&request, RTA_GATEWAY, one->gateway);
    if (one->source != 0)
        add_attribute(&request, RTA_PREFSRC, one->source);
    add_attribute(&request, RTA_OIF, (uint32_t)index);
    tell_kernel(netlink, &request, "set a route");
}

/* Gives the machine's network cards the names, addresses and routes of the pod's interfaces. */
void wire_guest(const unsigned char *network, uint32_t size) {
    static COLD_ZEROS struct wire wire;
    int index[TAPS] = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (size != sizeof(wire))
        die(EBADMSG, "read the network", NULL);
    memcpy(&wire, network, sizeof(wire));
    bring_up(fd, "lo");
    for (uint32_t i = 0; i < wire.interfaces; i++) {
        char spare[] = {'r', 'k', 't', (char)('0' + i), 0};

        index[i] = find_card(fd, wire.interface[i].address);
        rename_card(fd, index[i], spare); /* so that no two want one name */
    }
    for (uint32_t i = 0; i < wire.interfaces; i++) {
        rename_card(fd, index[i], wire.interface[i].name);
        set_mtu(fd, wire.interface[i].name, wire.interface[i].mtu);
        bring_up(fd, wire.interface[i].name);
    }
    for (uint32_t i = 0; i < wire.addresses; i++)
        set_address(netlink, index[wire.address[i].interface - 1], &wire.address[i]);
    for (int via = 0; via < 2; via++)
        for (uint32_t i = 0; i < wire.routes; i++)
            if ((wire.route[i].gateway != 0) == (via == 1))
                set_route(netlink, index[wire.route[i].interface - 1], &wire.route[i]);
    (void)close(netlink);
    (void)close(fd);
}
