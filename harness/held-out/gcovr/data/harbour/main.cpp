// A day in the harbour.
#include "berth/berths.h"
#include "berth/dues.h"
#include "crane/crane.h"
#include "crane/queue.h"
#include "tide.h"

#include <cstdio>
#include <cstring>

static int usage() {
    std::puts("usage: harbour quay|crane");
    return 2;
}

static int quay() {
    Berths berths;
    const char *names[] = {"Ada", "Björk", "Calypso", "Dora", "Esk", "Flora"};
    for (int at = 0; at < 6; ++at)
        if (berths.moor(names[at], 2 + at) < 0)
            std::printf("%s waits outside\n", names[at]);
    berths.cast_off("Calypso");
    std::printf("%d free\n", berths.free());
    long cents = dues(40, 2, Kind::ferry) + dues(12, 9, Kind::yacht);
    std::printf("%ld cents\n", cents);
    return 0;
}

static int crane() {
    Queue queue;
    Crane crane(20);
    for (double tons : {4.0, 25.0, 12.5})
        queue.push(tons);
    for (int hour = 0; queue.waits(); ++hour)
        if (may_sail(hour, hour % 7))
            crane.lift(queue.pop(), 3);
    crane.service(20);
    std::printf("%d crates\n", crane.total());
    return 0;
}

int main(int count, char **words) {
    if (count != 2)
        return usage();
    if (!std::strcmp(words[1], "quay"))
        return quay();
    if (!std::strcmp(words[1], "crane"))
        return crane();
    return usage();
}
