// What a ship pays for a night at the quay, in cents.
#include "dues.h"

long dues(double length, int nights, Kind kind) {
    if (nights < 1 || length <= 0)
        return 0;
    long cents = static_cast<long>(length * 120) * nights;
    switch (kind) {
    case Kind::ferry:
        cents /= 2;
        break;
    case Kind::yacht:
        cents += 1500;
        break;
    case Kind::freighter:
        break;
    case Kind::wreck:
        return 0;
    }
    if (nights > 7 && kind != Kind::yacht)
        cents -= cents / 10;
    return cents;
}
