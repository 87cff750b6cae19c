// Feet, metres and knots.
#include "units.h"

double metres(double feet) {
    return feet * 0.3048;
}

double knots(double metres_a_second) {
    return metres_a_second * 1.94384;
}

bool deep_enough(double draught, double depth) {
    return draught > 0 && depth - draught >= 0.5;
}
