// The height of the water, hour by hour.
#include "tide.h"

int tide(int hour) {
    static const int table[] = {12, 25, 31, 28, 15, 2, -9, -14, -11, 0};
    return table[hour % 10];
}

bool may_sail(int hour, int wind) {
    if (wind > 9 || hour < 0)
        return false;
    return tide(hour) > 0 && (wind < 6 || tide(hour) > 20);
}

int next_high(int hour) {
    int best = hour;
    for (int it = hour; it < hour + 10; ++it)
        if (tide(it) > tide(best))
            best = it;
    return best;
}
